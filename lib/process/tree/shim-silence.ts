/** How long a shim may take to record the end of its main process before anything is done about it. */
const RECORD_MS = 1_000;
/** How long a shim may take after it was continued or, if it hangs, after the first second. */
const ANSWER_MS = 5_000;
/**
 * The same for a sleeping shim: it may be waiting for disk space for its record, which those of 0.1.0 do for up to 10
 * s.
 */
const AWAKE_MS = 15_000;
/** How long the kernel may take to kill a shim. */
const KILL_MS = 2_000;

/**
 * What is expected of a shim that has not recorded the end of its main process.
 *
 * - `nothing`: its main process is alive, as far as is known.
 * - `record`: its main process ended, and nothing has been done about it yet.
 * - `answer`: it was stopped and has been continued.
 * - `death`: it has been killed.
 * - `unkillable`: it survived that; nothing more can be done.
 */
export type ShimSilence =
  | { readonly owes: 'nothing' | 'unkillable' }
  | { readonly owes: 'record' | 'answer' | 'death'; readonly since: number };

/** The observed state of both. `stuck`: waiting for a device or file system, or being debugged. */
export interface Observation {
  readonly main: 'living' | 'ended';
  readonly shim: 'stopped' | 'stuck' | 'awake';
  /** Monotonic time in milliseconds. */
  readonly now: number;
}

/** What to do to the shim now; `give up`: the end is reported as unknown although the shim is alive. */
export type ShimRemedy = 'continue' | 'kill' | 'give up';

export const OWES_NOTHING: ShimSilence = { owes: 'nothing' };

/** What a shim owes after a check that found no exit record. */
export function silenceAfter(silence: ShimSilence, { main, shim, now }: Observation): ShimSilence {
  if (silence.owes === 'unkillable') return silence;
  if (main === 'living') return OWES_NOTHING;
  switch (silence.owes) {
    case 'nothing':
      return { owes: 'record', since: now };
    case 'record':
      if (shim === 'stopped') return now - silence.since < RECORD_MS ? silence : { owes: 'answer', since: now };
      return isOverdue(silence.since, shim, now - RECORD_MS) ? { owes: 'death', since: now } : silence;
    case 'answer':
      return isOverdue(silence.since, shim, now) ? { owes: 'death', since: now } : silence;
    case 'death':
      return now - silence.since < KILL_MS ? silence : { owes: 'unkillable' };
  }
}

function isOverdue(since: number, shim: Observation['shim'], now: number): boolean {
  return now - since >= (shim === 'awake' ? AWAKE_MS : ANSWER_MS);
}

/** What to do when one follows the other; null: nothing. */
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
