import { printResult, type HostRun } from '../host/context.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { SENDABLE_SIGNALS } from '../../model/signals.ts';
import { OptionError } from '../serve/option-values.ts';

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
