import type { ServiceView } from '../../api/schemas/service.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { SENDABLE_SIGNALS } from '../../model/values/signals.ts';
import { untilDown, untilForgotten, untilUp, type Subject } from '../host/change.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { taken } from '../host/watch.ts';
import type { WaitOptions } from '../host/host-options.ts';
import { stateWords } from '../output/state.ts';
import { OptionError } from '../serve/option-values.ts';

/** A service as something whose state changes. */
export function serviceSubject({ client }: HostContext, id: string): Subject<ServiceView> {
  return {
    id,
    fetchView: (signal) => client.getService({ id, ...(signal === undefined ? {} : { signal }) }),
    standingOf: (service) => service,
    describe: (service) => withProcess(service),
    moreBy: `coredinator services explain ${id}`,
  };
}

function withProcess(service: ServiceView): string {
  const state = stateWords(service);
  if (service.state === 'running' && service.pid !== null) return `${state}, pid ${service.pid}`;
  return service.reason === null ? state : `${state}: ${service.reason}`;
}

/** Lets one service run. */
export function startService(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = serviceSubject(context, id);
    await taken(options, subject.moreBy, (signal) => context.client.startService({ id, signal }));
    return untilUp(context, subject, options);
  };
}

/** Stops one service until it, or an agent that holds it, is started. */
export function stopService(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = serviceSubject(context, id);
    await taken(options, subject.moreBy, subject.fetchView); // so that an unknown id is not waited for
    return untilDown(context, subject, options, (signal) => context.client.stopService({ id, signal }));
  };
}

/** Ends the process of a service and launches it anew. */
export function restartService(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = serviceSubject(context, id);
    const { generation } = await taken(options, subject.moreBy, subject.fetchView);
    await taken(options, subject.moreBy, (signal) => context.client.restartService({ id, signal }));
    return untilUp(context, subject, options, (now) => now.generation > generation);
  };
}

/** Sends a signal to a service; what follows from it, the restart policy decides. */
export function signalService(id: string, name: string): HostRun {
  return async (context) => {
    const full = `SIG${name.toUpperCase().replace(/^SIG/, '')}`;
    const signal = SENDABLE_SIGNALS.find((one) => one === full);
    if (signal === undefined) {
      throw new OptionError(
        `"${name}" is no signal that can be sent to a service; give one of ${SENDABLE_SIGNALS.join(', ')}, or end it with \`coredinator services stop ${id}\`.`,
      );
    }
    const service = await context.client.signalService({ id, body: { signal } });
    printResult(context, service, () => `${signal} was sent to ${id}, pid ${service.pid ?? '-'}\n`);
    return EXIT.ok;
  };
}

/** Forgets a service that nobody speaks of any more, or lets go of a shared coreio. */
export function deleteService(id: string): HostRun {
  return (context) => untilForgotten(context, id, context.client.deleteService({ id }));
}
