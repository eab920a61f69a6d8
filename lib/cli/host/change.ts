import type { z } from 'zod';
import type { intendedSchema, stateSchema } from '../../api/schemas/state.ts';
import { isPassing } from '../../client/client.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { Progress } from '../output/progress.ts';
import { paintOf } from '../output/state.ts';
import { printFailure, commandFailure } from './client-errors.ts';
import { printResult, type HostContext } from './context.ts';
import { watch, type Verdict, type WatchEnd } from './watch.ts';
import type { WaitOptions } from './host-options.ts';

/** The state fields that agents and services share. */
export interface SubjectState {
  readonly state: z.infer<typeof stateSchema>;
  readonly intended_state: z.infer<typeof intendedSchema>;
  readonly substate?: string | null;
  readonly reason: string | null;
}

/** An agent or service whose state a command changes; `V` is what is printed. */
export interface Subject<V> {
  readonly id: string;
  readonly fetchView: (signal?: AbortSignal) => Promise<V>;
  readonly stateOf: (view: V) => SubjectState;
  /** Its state for the progress line. */
  readonly describe: (view: V) => string;
  /** The command that explains its state. */
  readonly detailsCommand: string;
}

/** Waits until it is up, if requested, prints it and returns the exit code. `isNew`: its processes are new. */
export async function untilUp<V>(
  context: HostContext,
  subject: Subject<V>,
  options: WaitOptions,
  isNew: (view: V) => boolean = () => true,
): Promise<number> {
  const judge = (view: V): Verdict => {
    const { state, intended_state, substate, reason } = subject.stateOf(view);
    if (!options.wait) return { type: 'done' };
    if (intended_state === 'stopped') return { type: 'failed', says: 'was stopped by another command in the meantime' };
    if (state === 'failed') return { type: 'failed', says: `failed: ${reason ?? 'the host gives no reason'}` };
    const isUp = state === 'running' || (state === 'stopped' && substate === 'completed');
    return isUp && isNew(view) ? { type: 'done' } : { type: 'waiting', says: subject.describe(view) };
  };
  const end = await watch(context, { name: subject.id, fetchView: subject.fetchView, judge }, options.timeout);
  return printEnd(context, subject, end, { ...options, goal: 'running' });
}

/**
 * Calls `stop`, whose response arrives when the processes have ended, prints the result and returns the exit code.
 * Without waiting, it is enough that the host has accepted the command.
 */
export async function untilDown<V>(
  context: HostContext,
  subject: Subject<V>,
  options: WaitOptions,
  stop: (signal: AbortSignal) => Promise<unknown>,
): Promise<number> {
  const leave = new AbortController();
  const answer = new PendingRequest(stop(leave.signal));
  let wasAnswered = false;
  // A view shows some moment during its request; only a request that began after the response shows the state after it.
  const fetchView = (signal: AbortSignal): Promise<V> => {
    wasAnswered = answer.isDone;
    return subject.fetchView(signal);
  };
  const judge = (view: V): Verdict => {
    const { intended_state: wanted, state } = subject.stateOf(view);
    const isTaken = wanted === 'stopped';
    // The host stopped with the command on its disk: the next host executes it.
    if (answer.error !== null && !(isTaken && isPassing(answer.error))) throw answer.error;
    if (wasAnswered && !isTaken) return { type: 'failed', says: 'was started by another command in the meantime' };
    const isDone = wasAnswered || (answer.error !== null && state === 'stopped') || (!options.wait && isTaken);
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

/** The outcome of a request so far. */
class PendingRequest {
  isDone = false;
  error: Error | null = null;
  readonly settled: Promise<void>;

  constructor(request: Promise<unknown>) {
    this.settled = request.then(
      () => {
        this.isDone = true;
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
  const { id, detailsCommand } = subject;
  if (type === 'done' || context.isJson) printResult(context, view, () => doneLine(context, subject, view));
  if (type === 'done') return EXIT.ok;
  const failure =
    type === 'failed'
      ? commandFailure(EXIT.failed, 'Failed', `${id} ${says}\nDetails: \`${detailsCommand}\`.`)
      : commandFailure(
          EXIT.timedOut,
          'Timed out',
          `${id} is not ${goal} after ${spokenDuration(timeout)}: ${says}. The host continues; for details run \`${detailsCommand}\`.`,
        );
  printFailure(context.err, failure, context.isJson);
  return failure.code;
}

function doneLine<V>({ colors }: HostContext, { id, stateOf, describe: options }: Subject<V>, view: V | null): string {
  if (view === null) return '';
  return `${id} is ${paintOf(stateOf(view), colors)(options(view))}\n`;
}

/** Waits for the response to the deletion of `id`, which arrives when nothing of it is left, and prints the result. */
export async function untilForgotten(context: HostContext, id: string, request: Promise<unknown>): Promise<number> {
  const progress = new Progress(context.err);
  if (!context.isJson) progress.say(`${id}: stopping`);
  try {
    await request;
  } finally {
    progress.clear();
  }
  printResult(context, null, () => `${id} is stopped and removed\n`);
  return EXIT.ok;
}
