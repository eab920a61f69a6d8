import type { ReachCrashPoint } from '../ports/crash-points.ts';

/**
 * Parses `<point>` or `<point>:<N>`: the host kills itself with SIGKILL when it reaches that point for the N-th time,
 * by default the first. Undefined without a text. An unknown name has no effect.
 */
export function crashAt(text: string | undefined): ReachCrashPoint | undefined {
  if (text === undefined) return undefined;
  const [wanted, times = '1'] = text.split(':');
  let left = Number(times);
  return (point) => {
    if (point !== wanted) return;
    left -= 1;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
  };
}
