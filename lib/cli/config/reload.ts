import type { ReloadView } from '../../api/schemas/host.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { headOf, table, type Cell } from '../output/table.ts';

/** Reloads the configuration of a running host. */
export function reload({ dryRun = false }: { readonly dryRun?: boolean }): HostRun {
  return async (context) => {
    const done = await context.client.reloadConfig({ query: { dry_run: dryRun } });
    printResult(context, done, () => report(context, done));
    return EXIT.ok;
  };
}

function report({ colors, width }: HostContext, { applied, changes, skipped }: ReloadView): string {
  const rows = changes.map(({ service_id: id, action, changed, reason }): readonly Cell[] => [
    { text: id },
    { text: action },
    { text: changed.join(',') || '-' },
    { text: reason },
  ]);
  const none = applied ? 'Nothing changed.\n' : 'Nothing would change.\n';
  const changesTable = table(headOf(['SERVICE', 'ACTION', 'CHANGED', 'REASON'], colors), rows, width);
  const lines = skipped.map(({ agent_id: id, reason }) => `${colors.yellow('skipped')} agent ${id}: ${reason}\n`);
  return (changes.length === 0 ? none : changesTable) + lines.join('');
}
