import type { ReloadView } from '../../api/schemas/config.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { keyLines } from './changes-text.ts';
import { headOf, table, type Cell } from '../output/table.ts';

const NO_SERVICE = 'No service changes.\n';

/** Reloads the configuration of a running host. */
export function reload({ dryRun = false }: { readonly dryRun?: boolean }): HostRun {
  return async (context) => {
    const done = await context.client.reloadConfig({ query: { dry_run: dryRun } });
    printResult(context, done, () => report(context, done));
    return EXIT.ok;
  };
}

function report(context: HostContext, { applied, changes, restarts, settings, skipped }: ReloadView): string {
  const { colors, width } = context;
  const rows = changes.map(({ service_id: id, action, changed, reason }): readonly Cell[] => [
    { text: id },
    { text: action },
    { text: changed.join(',') || '-' },
    { text: reason },
  ]);
  const none = applied ? 'Nothing changed.\n' : 'Nothing would change.\n';
  const changesTable = table(headOf(['SERVICE', 'ACTION', 'CHANGED', 'REASON'], colors), rows, width);
  const lines = skipped.map(({ agent_id: id, reason }) => `${colors.yellow('skipped')} agent ${id}: ${reason}\n`);
  const details = [
    ...settings.map(
      ({ agent_id: id, keys }) => `${id === null ? 'host' : `agent ${id}`}\n${keyLines(context, keys, '  ')}`,
    ),
    ...changes
      .filter(({ keys }) => keys.length > 0)
      .map(({ service_id: id, keys }) => `${id}\n${keyLines(context, keys, '  ')}`),
  ];
  const restarted = `${applied ? 'Restarted' : 'Would restart'}: ${restarts.join(', ')}\n`;
  return [
    changes.length > 0 ? changesTable : settings.length > 0 ? NO_SERVICE : none,
    ...(details.length === 0 ? [] : ['\n', ...details]),
    ...(restarts.length === 0 ? [] : [restarted]),
    ...lines,
  ].join('');
}
