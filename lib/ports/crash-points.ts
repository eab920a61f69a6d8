/**
 * A place at which a host can be made to die, to prove that it may die there (`npm run chaos`). Named by what has just been
 * done, or is about to be.
 */
export type CrashPoint =
  | 'after-intention'
  | 'before-commit'
  | 'after-commit'
  | 'mid-recovery'
  | 'after-restore'
  | 'mid-resume'
  | 'after-resume'
  | 'mid-adoption'
  | 'after-intent'
  | 'after-spawn'
  | 'after-claim'
  | 'after-exit-record'
  | 'before-removal';

/** Told of each crash point that the host comes by; may not return. */
export type ReachCrashPoint = (point: CrashPoint) => void;
