import { processWords } from '../../frontend/words/process.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { SENDABLE_SIGNALS } from '../../model/values/signals.ts';
import { untilDown, untilForgotten, untilUp, type Subject } from '../host/change.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { accepted } from '../host/watch.ts';
import type { WaitOptions } from '../host/host-options.ts';
import { stateWords } from '../output/state.ts';
import { OptionError } from '../serve/option-values.ts';

/** A service as a subject of commands. */
export function serviceSubject({ client }: HostContext, id: string): Subject<ServiceView> {
  return {
    id,
    fetchView: (signal) => client.getService({ id, ...(signal === undefined ? {} : { signal }) }),
    stateOf: (service) => service,
    describe: (service) => withProcess(service),
    detailsCommand: `coredinator services explain ${id}`,
  };
}

function withProcess(service: ServiceView): string {
  const state = stateWords(service);
  const process = processWords(service);
  if (service.state === 'running' && process !== null) return `${state}, ${process}`;
  return service.reason === null ? state : `${state}: ${service.reason}`;
}

/** Starts one service. */
export function startService(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = serviceSubject(context, id);
    await accepted(options, subject.detailsCommand, (signal) => context.client.startService({ id, signal }));
    return untilUp(context, subject, options);
  };
}

/** Stops one service until it, or an agent that holds it, is started. */
export function stopService(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = serviceSubject(context, id);
    await accepted(options, subject.detailsCommand, subject.fetchView); // fails for an unknown id, instead of waiting
    return untilDown(context, subject, options, (signal) => context.client.stopService({ id, signal }));
  };
}

/** Stops the process of a service and launches it again. */
export function restartService(id: string, options: WaitOptions): HostRun {
  return async (context) => {
    const subject = serviceSubject(context, id);
    const { generation } = await accepted(options, subject.detailsCommand, subject.fetchView);
    await accepted(options, subject.detailsCommand, (signal) => context.client.restartService({ id, signal }));
    return untilUp(context, subject, options, (now) => now.generation > generation);
  };
}

/** Sends a signal to a service; the restart policy decides what happens if the process ends. */
export function signalService(id: string, name: string): HostRun {
  return async (context) => {
    const full = `SIG${name.toUpperCase().replace(/^SIG/, '')}`;
    const signal = SENDABLE_SIGNALS.find((one) => one === full);
    if (signal === undefined) {
      throw new OptionError(
        `"${name}" is not a signal that can be sent to a service. Use one of ${SENDABLE_SIGNALS.join(', ')}, or stop the service with \`coredinator services stop ${id}\`.`,
      );
    }
    const service = await context.client.signalService({ id, body: { signal } });
    printResult(context, service, () => `sent ${signal} to ${id}, ${processWords(service) ?? 'pid -'}\n`);
    return EXIT.ok;
  };
}

/** Acknowledges the failure of a service. */
export function acknowledgeService(id: string, { note = null }: { readonly note?: string | null }): HostRun {
  return async (context) => {
    const service = await context.client.acknowledgeService({ id, body: { note } });
    printResult(
      context,
      service,
      () => `the failure of ${id} is acknowledged until its state changes (${stateWords(service)})\n`,
    );
    return EXIT.ok;
  };
}

/** Deletes a service without references, or releases a shared coreio. */
export function deleteService(id: string): HostRun {
  return (context) => untilForgotten(context, id, context.client.deleteService({ id }));
}
