import { sayOf, shrunk, walk, walkOf } from './model-walk.ts';

/** The walks of one process: every `stride`-th from `first` on, below `count`. */
export interface Share {
  readonly seed: number;
  readonly first: number;
  readonly stride: number;
  readonly count: number;
}

/** Its result. */
export interface Found {
  readonly walks: number;
  readonly steps: number;
  readonly failureCount: readonly string[];
  readonly service: readonly string[];
  readonly agent: readonly string[];
}

/** The maximum number of reported failures. */
const MOST_FALLS = 3;

async function found({ seed, first, stride, count }: Share): Promise<Found> {
  const coverage = { service: new Set<string>(), agent: new Set<string>() };
  const failureCount: string[] = [];
  let [walks, steps] = [0, 0];
  for (let n = first; n < count && failureCount.length < MOST_FALLS; n += stride) {
    const one = walkOf(seed, n);
    const { fall } = await walk(one, coverage);
    walks += 1;
    steps += one.steps.length;
    if (fall !== null) failureCount.push(sayOf(seed, n, await shrunk(one, fall)));
  }
  return { walks, steps, failureCount, service: [...coverage.service], agent: [...coverage.agent] };
}

process.send?.(await found(JSON.parse(process.argv[2] ?? '') as Share)); // passed by the spec
process.disconnect();
