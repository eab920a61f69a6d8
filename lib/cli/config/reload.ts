import type { Command } from 'commander';
import type { ReloadView } from '../../api/schemas/host.ts';
import type { CommandSite } from '../command-group.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { withHost, type HostWords } from '../host/host-options.ts';
import { hostTask } from '../host/host-task.ts';
import { EXIT } from '../output/exit-codes.ts';
import { headOf, table, type Cell } from '../output/table.ts';

interface ReloadWords extends HostWords {
  readonly dryRun?: true;
}

/** `config reload`: a running host reads its files anew. */
export function defineReload(command: Command, { choose, env }: CommandSite): void {
  withHost(command)
    .description('let a running host read its configuration anew; only what changed is restarted')
    .option('--dry-run', 'only say what would change')
    .action((words: ReloadWords) => {
      choose(hostTask(words, env, reload(words)));
    });
}

function reload({ dryRun = false }: { readonly dryRun?: boolean }): HostRun {
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
