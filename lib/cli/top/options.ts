import type { Millis } from '../../model/values/time.ts';
import type { Sort } from './sorts.ts';

/** The options of `top`. */
export interface TopOptions {
  readonly sort: Sort;
  readonly interval: Millis;
  readonly agent?: string;
}
