import type { ExplainView } from '../../api/schemas/explain.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { paintOf, stateWords } from '../output/state.ts';
import { ageSince, paragraph } from '../output/table.ts';

/** Why a service is as it is, what led to it, and what happens next. */
export function explainService(id: string, { ifExit }: { readonly ifExit?: string }): HostRun {
  return async (context) => {
    const told = await context.client.explainService({ id, query: { if_exit: ifExit } });
    printResult(context, told, () => explanation(context, told));
    return EXIT.ok;
  };
}

/** Sentences under headings, cut into lines for the terminal. */
function explanation(context: HostContext, told: ExplainView): string {
  const { colors, width } = context;
  const head = `${colors.bold(told.id)}  ${paintOf(told, colors)(stateWords(told))}`;
  const parts = [
    `${head}\n\n${paragraph(told.summary, width)}`,
    section(context, 'Waits for', told.waits_for.map(bullet)),
    section(context, 'What happens next', told.next.map(bullet)),
    section(context, 'What led to it', causes(context, told)),
    section(context, 'Restarts', [{ mark: '', text: budget(told) }]),
    section(context, 'If it ended', told.if_exit === undefined ? [] : [{ mark: '', text: told.if_exit.sentence }]),
  ];
  return parts.filter((part) => part !== '').join('\n\n') + '\n';
}

interface Item {
  readonly mark: string;
  readonly text: string;
}

function bullet({ sentence }: { readonly sentence: string }): Item {
  return { mark: '- ', text: sentence };
}

function section({ colors, width }: HostContext, title: string, items: readonly Item[]): string {
  if (items.length === 0) return '';
  const lines = items.map(({ mark, text }) => {
    const indent = ' '.repeat(2 + mark.length);
    const room = width === undefined ? undefined : width - indent.length;
    return `  ${mark}${paragraph(text, room).replaceAll('\n', `\n${indent}`)}`;
  });
  return [colors.bold(title), ...lines].join('\n');
}

/** Newest first, as the host tells them. */
function causes({ now }: HostContext, told: ExplainView): readonly Item[] {
  if (told.causes_unavailable !== undefined) return [{ mark: '', text: told.causes_unavailable }];
  const ages = told.causes.map(({ at }) => `${ageSince(at, now())} ago`);
  const column = Math.max(0, ...ages.map((one) => one.length)) + 2;
  return told.causes.map(({ sentence }, at) => ({ mark: (ages[at] ?? '').padEnd(column), text: sentence }));
}

function budget({
  budget: { restarts, max_restarts: max, period_ms: period, next_delay_ms: delay },
}: ExplainView): string {
  const used = `${restarts} in the last ${spokenDuration(period)}, at most ${max}.`;
  return delay === null
    ? used
    : `${used} If it failed now, it would be launched again after about ${spokenDuration(delay)}.`;
}
