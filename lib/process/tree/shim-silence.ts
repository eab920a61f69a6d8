/** How long a shim may take to record the end of its main process before anything is done about it. */
const RECORD_MS = 1_000;
/** How long a shim may take after it was continued, or after the first second when it hangs. */
const ANSWER_MS = 5_000;
/** For a shim that sleeps: it may be waiting for space for its record, and those of 0.1.0 give that up after 10 s. */
const AWAKE_MS = 15_000;
/** How long the kernel may take to kill a shim. */
const KILL_MS = 2_000;

/**
 * What a shim owes that has not recorded the end of its main process.
 *
 * - `nothing`: its main process lives, as far as is known.
 * - `record`: its main process ended, and nothing was done about it yet.
 * - `answer`: it was stopped and has been continued.
 * - `death`: it has been killed.
 * - `unkillable`: it outlived that; nothing more can be done.
 */
export type ShimSilence =
  | { readonly owes: 'nothing' | 'unkillable' }
  | { readonly owes: 'record' | 'answer' | 'death'; readonly since: number };

/** What one look at both has shown. `stuck`: it waits for a device or file system, or is being debugged. */
export interface Look {
  readonly main: 'living' | 'ended';
  readonly shim: 'stopped' | 'stuck' | 'awake';
  /** Milliseconds that only grow. */
  readonly now: number;
}

/** What to do to the shim now; `give up`: the end is reported as unknown although the shim is alive. */
export type ShimRemedy = 'continue' | 'kill' | 'give up';

export const OWES_NOTHING: ShimSilence = { owes: 'nothing' };

/** What a shim owes after a look that has found no exit record. */
export function silenceAfter(silence: ShimSilence, { main, shim, now }: Look): ShimSilence {
  if (silence.owes === 'unkillable') return silence;
  if (main === 'living') return OWES_NOTHING;
  switch (silence.owes) {
    case 'nothing':
      return { owes: 'record', since: now };
    case 'record':
      if (shim === 'stopped') return now - silence.since < RECORD_MS ? silence : { owes: 'answer', since: now };
      return isPatienceOver(silence.since, shim, now - RECORD_MS) ? { owes: 'death', since: now } : silence;
    case 'answer':
      return isPatienceOver(silence.since, shim, now) ? { owes: 'death', since: now } : silence;
    case 'death':
      return now - silence.since < KILL_MS ? silence : { owes: 'unkillable' };
  }
}

function isPatienceOver(since: number, shim: Look['shim'], now: number): boolean {
  return now - since >= (shim === 'awake' ? AWAKE_MS : ANSWER_MS);
}

/** What the step from one to the other asks for; null: nothing. */
export function remedyOf(before: ShimSilence, after: ShimSilence): ShimRemedy | null {
  if (before.owes === after.owes) return null;
  switch (after.owes) {
    case 'answer':
      return 'continue';
    case 'death':
      return 'kill';
    case 'unkillable':
      return 'give up';
    case 'nothing':
    case 'record':
      return null;
  }
}
