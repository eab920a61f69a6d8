import type { ExplainView } from '../../api/schemas/explain.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { printResult, type HostContext, type HostRun } from '../host/context.ts';
import { paintOf, stateWords } from '../output/state.ts';
import { ageSince, paragraph } from '../output/table.ts';
import { localSentence, shownTime } from '../../frontend/words/local-time.ts';
import { visible } from '../../frontend/words/visible.ts';

/** Why a service is in its state, what led to it, and what happens next. */
export function explainService(id: string, { ifExit }: { readonly ifExit?: string }): HostRun {
  return async (context) => {
    const view = await context.client.explainService({ id, query: { if_exit: ifExit } });
    printResult(context, view, () => explanation(context, view));
    return EXIT.ok;
  };
}

/** How an explanation is printed. */
type Look = Pick<HostContext, 'colors' | 'width' | 'now'>;

/** Sentences under headings, wrapped for the terminal. */
export function explanation(context: Look, view: ExplainView): string {
  const { colors, width } = context;
  const head = `${colors.bold(view.id)}  ${paintOf(view, colors)(stateWords(view))}  since ${shownTime(view.since)}`;
  // The output of a service stays as it was written.
  const parts = [
    `${head}\n\n${paragraph(localSentence(view.summary), width)}`,
    section(context, 'Waits for', view.waits_for.map(bullet)),
    section(context, 'What happens next', view.next.map(bullet)),
    section(context, 'What led to it', causes(context, view)),
    section(context, 'Last failed checks', view.probe_failures.map(failedCheck(context))),
    section(context, 'Last words', lastWords(view)),
    section(context, 'Restarts', [{ mark: '', text: budget(view) }]),
    section(context, 'If it ended', view.if_exit === undefined ? [] : [{ mark: '', text: view.if_exit.sentence }]),
  ];
  return parts.filter((part) => part !== '').join('\n\n') + '\n';
}

interface Item {
  readonly mark: string;
  readonly text: string;
}

function bullet({ sentence }: { readonly sentence: string }): Item {
  return { mark: '- ', text: localSentence(sentence) };
}

function section({ colors, width }: Look, title: string, items: readonly Item[]): string {
  if (items.length === 0) return '';
  const lines = items.map(({ mark, text }) => {
    const indent = ' '.repeat(2 + mark.length);
    const available = width === undefined ? undefined : width - indent.length;
    return `  ${mark}${paragraph(text, available).replaceAll('\n', `\n${indent}`)}`;
  });
  return [colors.bold(title), ...lines].join('\n');
}

/** Of each probe, whatever its thresholds. */
function failedCheck({ now }: Look): (failure: ExplainView['probe_failures'][number]) => Item {
  return ({ probe, at, reason }) => ({ mark: `${probe}, ${ageSince(at, now())} ago: `, text: reason });
}

/** The end of the output of the last process that ended. */
function lastWords({ output_tail: tail }: ExplainView): readonly Item[] {
  return (tail?.lines ?? []).map(({ stream, text }) => ({
    mark: stream === 'stderr' ? '! ' : '  ',
    text: visible(text),
  }));
}

/** Newest first, as the host returns them. */
function causes({ now }: Look, view: ExplainView): readonly Item[] {
  if (view.causes_unavailable !== undefined) return [{ mark: '', text: view.causes_unavailable }];
  const ages = view.causes.map(({ at }) => `${ageSince(at, now())} ago`);
  const column = Math.max(0, ...ages.map((one) => one.length)) + 2;
  return view.causes.map(({ sentence }, at) => ({
    ...{ mark: (ages[at] ?? '').padEnd(column), text: localSentence(sentence) },
  }));
}

function budget({
  budget: { restarts, max_restarts: max, period_ms: period, next_delay_ms: delay },
}: ExplainView): string {
  const used =
    max === null || period === null
      ? 'Restarts are not limited.'
      : `${restarts} in the last ${spokenDuration(period)}, of at most ${max}.`;
  return delay === null
    ? used
    : `${used} If it failed now, it would be restarted after about ${spokenDuration(delay)}.`;
}
