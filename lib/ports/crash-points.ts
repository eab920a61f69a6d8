/**
 * A place in the code where a test can make the host die, to prove that it may die there (`npm run chaos`). Named after
 * what has just been done, or is about to be.
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

/** Called at each crash point; may not return. */
export type ReachCrashPoint = (point: CrashPoint) => void;
