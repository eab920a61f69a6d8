import type { z } from 'zod';
import type { intendedSchema, stateSchema } from '../../api/schemas/state.ts';
import { isPassing } from '../../client/client.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { Progress } from '../output/progress.ts';
import { paintOf } from '../output/state.ts';
import { complain, ownComplaint } from './client-errors.ts';
import { printResult, type HostContext } from './context.ts';
import { watch, type Verdict, type WatchEnd } from './watch.ts';
import type { WaitOptions } from './host-options.ts';

/** What agents and services have in common. */
export interface Standing {
  readonly state: z.infer<typeof stateSchema>;
  readonly intended_state: z.infer<typeof intendedSchema>;
  readonly substate?: string | null;
  readonly reason: string | null;
}

/** An agent or a service whose state a command changes; `V` is what is printed of it. */
export interface Subject<V> {
  readonly id: string;
  readonly fetchView: (signal?: AbortSignal) => Promise<V>;
  readonly standingOf: (view: V) => Standing;
  /** How it stands, for the line of progress. */
  readonly describe: (view: V) => string;
  /** The command that says why it is as it is. */
  readonly moreBy: string;
}

/** Waits until it is up, unless it is not to be waited for, prints it, and gives the exit code. `isNew`: it is not as it was before. */
export async function untilUp<V>(
  context: HostContext,
  subject: Subject<V>,
  options: WaitOptions,
  isNew: (view: V) => boolean = () => true,
): Promise<number> {
  const judge = (view: V): Verdict => {
    const { state, intended_state, substate, reason } = subject.standingOf(view);
    if (!options.wait) return { type: 'done' };
    if (intended_state === 'stopped') return { type: 'failed', says: 'was stopped by another command meanwhile' };
    if (state === 'failed') return { type: 'failed', says: `failed: ${reason ?? 'the host gives no reason'}` };
    const isUp = state === 'running' || (state === 'stopped' && substate === 'completed');
    return isUp && isNew(view) ? { type: 'done' } : { type: 'waiting', says: subject.describe(view) };
  };
  const end = await watch(context, { name: subject.id, fetchView: subject.fetchView, judge }, options.timeout);
  return printEnd(context, subject, end, { ...options, goal: 'running' });
}

/**
 * Stops it by `stop`, whose answer comes when its processes are gone, prints it, and gives the exit code. Without waiting it is enough
 * that the host has taken the command.
 */
export async function untilDown<V>(
  context: HostContext,
  subject: Subject<V>,
  options: WaitOptions,
  stop: (signal: AbortSignal) => Promise<unknown>,
): Promise<number> {
  const leave = new AbortController();
  const answer = new Answer(stop(leave.signal));
  let wasThere = false;
  // What is seen was so at some time during the look; only a look that began after the answer shows what came after it.
  const fetchView = (signal: AbortSignal): Promise<V> => {
    wasThere = answer.isThere;
    return subject.fetchView(signal);
  };
  const judge = (view: V): Verdict => {
    const { intended_state: wanted, state } = subject.standingOf(view);
    const isTaken = wanted === 'stopped';
    // The host went away with the command on its disk: the next one carries it out.
    if (answer.error !== null && !(isTaken && isPassing(answer.error))) throw answer.error;
    if (wasThere && !isTaken) return { type: 'failed', says: 'was started by another command meanwhile' };
    const isDone = wasThere || (answer.error !== null && state === 'stopped') || (!options.wait && isTaken);
    return isDone ? { type: 'done' } : { type: 'waiting', says: subject.describe(view) };
  };
  try {
    const watched = { name: subject.id, fetchView, judge, settled: answer.settled };
    const end = await watch(context, watched, options.timeout);
    return printEnd(context, subject, end, { ...options, goal: 'stopped' });
  } finally {
    leave.abort();
  }
}

/** What became of a request so far. */
class Answer {
  isThere = false;
  error: Error | null = null;
  readonly settled: Promise<void>;

  constructor(request: Promise<unknown>) {
    this.settled = request.then(
      () => {
        this.isThere = true;
      },
      (error: unknown) => {
        this.error = error instanceof Error ? error : new Error(String(error));
      },
    );
  }
}

function printEnd<V>(
  context: HostContext,
  subject: Subject<V>,
  end: WatchEnd<V>,
  { goal, timeout }: WaitOptions & { readonly goal: 'running' | 'stopped' },
): number {
  const { view, type, says } = end;
  const { id, moreBy } = subject;
  if (type === 'done' || context.isJson) printResult(context, view, () => doneLine(context, subject, view));
  if (type === 'done') return EXIT.ok;
  const complaint =
    type === 'failed'
      ? ownComplaint(EXIT.failed, 'Failed', `${id} ${says}\nDetails: \`${moreBy}\`.`)
      : ownComplaint(
          EXIT.timedOut,
          'Timed out',
          `${id} is not ${goal} after ${spokenDuration(timeout)}: ${says}. The host continues; check with \`${moreBy}\`.`,
        );
  complain(context.err, complaint, context.isJson);
  return complaint.code;
}

function doneLine<V>(
  { colors }: HostContext,
  { id, standingOf, describe: options }: Subject<V>,
  view: V | null,
): string {
  if (view === null) return '';
  return `${id} is ${paintOf(standingOf(view), colors)(options(view))}\n`;
}

/** Waits for the answer to what makes a host forget `id`, which comes when nothing of it is left, and says so. */
export async function untilForgotten(context: HostContext, id: string, asked: Promise<unknown>): Promise<number> {
  const progress = new Progress(context.err);
  if (!context.isJson) progress.say(`${id}: stopping`);
  try {
    await asked;
  } finally {
    progress.clear();
  }
  printResult(context, null, () => `${id} is stopped and removed\n`);
  return EXIT.ok;
}
