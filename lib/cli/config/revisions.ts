import type { ConfigDiffView, ConfigRevisionView } from '../../api/schemas/config.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { headOf, table } from '../output/table.ts';
import { shownTime } from '../../frontend/words/local-time.ts';
import { keyLines, serviceLines } from './changes-text.ts';

/** Whose configurations. */
interface SubjectOptions {
  readonly agent?: string;
  readonly service?: string;
  readonly hostOnly?: true;
}

export interface RevisionOptions extends SubjectOptions {
  readonly lines?: number;
  /** Times in UTC instead of the time zone of this machine. */
  readonly utc?: true;
}

const HEAD = ['NUMBER', 'TIME', 'OF', 'BY', 'REVISION'] as const;

/** The configurations that the host applied, newest first. */
export function configRevisions({ lines = 20, utc, ...of }: RevisionOptions): HostRun {
  return async (context) => {
    const { colors, width } = context;
    const page = await context.client.listConfigRevisions({ query: { ...subjectQuery(of), limit: lines } });
    const rows = page.revisions.map((one) => [
      ...[String(one.number), shownTime(one.at, utc), subjectText(one), one.actor ?? '-', one.revision].map((text) => ({
        text,
      })),
    ]);
    printResult(context, page, () => (rows.length === 0 ? 'None.\n' : table(headOf(HEAD, colors), rows, width)));
    return EXIT.ok;
  };
}

/** One of them, as YAML. */
export function configRevision(number: string): HostRun {
  return async (context) => {
    const shown = await context.client.getConfigRevision({ number });
    const { stringify } = await import('yaml');
    printResult(context, shown, () => stringify(shown.configuration, { lineWidth: 0, aliasDuplicateObjects: false }));
    return EXIT.ok;
  };
}

export interface DiffOptions extends SubjectOptions {
  readonly utc?: true;
}

/** What differs between two of them; by default, what the last command changed. */
export function configDiff(from: string | undefined, to: string | undefined, { utc, ...of }: DiffOptions): HostRun {
  return async (context) => {
    const diff = await context.client.getConfigDiff({ query: { from, to, ...subjectQuery(of) } });
    printResult(context, diff, () => diffText(context, diff, utc));
    return EXIT.ok;
  };
}

function subjectQuery({ agent, service, hostOnly }: SubjectOptions): {
  readonly agent_id: string | undefined;
  readonly service_id: string | undefined;
  readonly subject: 'host' | undefined;
} {
  return { agent_id: agent, service_id: service, subject: hostOnly === true ? 'host' : undefined };
}

function subjectText({ subject, agent_id: agentId, service_id: serviceId }: ConfigRevisionView): string {
  const id = agentId ?? serviceId;
  return id === null ? subject : `${subject} ${id}`;
}

function diffText(look: Pick<HostContext, 'colors'>, { diffs, restarts }: ConfigDiffView, utc?: true): string {
  if (diffs.length === 0) return 'No configuration is stored yet.\n';
  const parts = diffs.map(({ from, to, settings, changes }) => {
    if (from === null) return `${subjectText(to)}: ${revisionText(to, utc)} is the first that is stored.\n`;
    const head = `${subjectText(to)}: ${revisionText(from, utc)} → ${revisionText(to, utc)}`;
    const lines = keyLines(look, settings, '  ') + serviceLines(look, changes, '  ');
    return `${look.colors.bold(head)}\n${lines === '' ? '  Nothing differs.\n' : lines}`;
  });
  return [...parts, ...(restarts.length === 0 ? [] : [`Restarts, if running: ${restarts.join(', ')}\n`])].join('');
}

/** `revision 12 (2026-01-02 03:04:05.678, anna)` */
function revisionText({ number, at, actor }: ConfigRevisionView, utc?: true): string {
  return `revision ${number} (${[shownTime(at, utc), ...(actor === null ? [] : [actor])].join(', ')})`;
}
