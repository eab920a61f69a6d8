import { processCell } from '../../frontend/words/process.ts';
import type { IoView } from '../../api/schemas/agent.ts';
import { untilUp } from '../host/change.ts';
import { pathForHost, printResult, type HostContext, type HostRun } from '../host/context.ts';
import { accepted } from '../host/watch.ts';
import type { WaitOptions } from '../host/host-options.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { Progress } from '../output/progress.ts';
import { stateCell } from '../output/state.ts';
import { headOf, table, type Cell } from '../output/table.ts';
import { serviceSubject } from './change-service.ts';

/** All shared coreio services. */
export const listIo: HostRun = async (context) => {
  const { coreio_services: ios } = await context.client.listIo();
  if (ios.length === 0 && !context.isJson) {
    context.err.write('There are no shared coreio services. Start one with `coredinator io start FILE`.\n');
    return EXIT.ok;
  }
  printResult(context, ios, () => ioTable(context, ios));
  return EXIT.ok;
};

function ioTable({ colors, width }: HostContext, ios: readonly IoView[]): string {
  const rows = ios.map(({ service_id: id, status }): readonly Cell[] => [
    { text: id },
    stateCell(status, colors),
    { text: processCell(status) ?? '-' },
    { text: status.version ?? '-' },
    { text: String(status.restarts) },
    { text: status.config_path ?? '-' },
  ]);
  return table(headOf(['SERVICE', 'STATE', 'PID', 'VERSION', 'RESTARTS', 'CONFIG'], colors), rows, width);
}

/** Starts a shared coreio service. */
export function startIo(file: string, options: WaitOptions & { readonly coreioId?: string }): HostRun {
  return async (context) => {
    const body = { config_path: pathForHost(file, context), coreio_id: options.coreioId };
    const { service_id: id } = await accepted(options, 'coredinator io list', (signal) =>
      context.client.startIo({ body, signal }),
    );
    return untilUp(context, serviceSubject(context, id), options);
  };
}

/** Stops and removes a shared coreio service; the host responds when it is gone, or refuses while an agent holds it. */
export function stopIo(id: string): HostRun {
  return async (context) => {
    const progress = new Progress(context.err);
    if (!context.isJson) progress.say(`${id}: stopping`);
    try {
      const io = await context.client.stopIo({ id });
      progress.clear();
      printResult(context, io, () => `${id} is stopped and removed\n`);
      return EXIT.ok;
    } finally {
      progress.clear();
    }
  };
}
