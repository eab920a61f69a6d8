import type { Standing } from './standing.ts';

/** Each state has its own shape, a path in a square of 16, so that nobody has to distinguish colours. */
export const STATE_SHAPES: Readonly<Record<Standing, string>> = {
  running: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z',
  doubt: 'M8 1.5 14.5 8 8 14.5 1.5 8zM8 4.8 4.8 8 8 11.2 11.2 8z',
  unready: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zm0 2.6a3.4 3.4 0 1 1 0 6.8 3.4 3.4 0 0 1 0-6.8z',
  starting: 'M4 2.5 13 8l-9 5.5z',
  stopping: 'M2.5 4 8 13l5.5-9z',
  backoff: 'M8 2 14.5 13.5h-13z',
  failed: 'M4.2 2.5 8 6.3l3.8-3.8 1.7 1.7L9.7 8l3.8 3.8-1.7 1.7L8 9.7l-3.8 3.8-1.7-1.7L6.3 8 2.5 4.2z',
  stopped: 'M3 3h10v10H3z',
};
