/** Median and range of the figures of several rounds. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

export interface Figure {
  readonly round: number;
  readonly value: number;
}

export function median(samples: readonly number[]): number;
export function spreadOf(samples: readonly number[]): Spread | null;
export function ratioOf(ours: readonly Figure[], theirs: readonly Figure[]): Spread | null;
export function judge(ratios: readonly number[], tolerance: number): 'lost' | 'unclear' | 'kept';
