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
  readonly failures: readonly string[];
  readonly service: readonly string[];
  readonly agent: readonly string[];
}

/** The maximum number of reported failures. */
const MAX_FAILURES = 3;

async function found({ seed, first, stride, count }: Share): Promise<Found> {
  const coverage = { service: new Set<string>(), agent: new Set<string>() };
  const failures: string[] = [];
  let [walks, steps] = [0, 0];
  for (let n = first; n < count && failures.length < MAX_FAILURES; n += stride) {
    const one = walkOf(seed, n);
    const { failure } = await walk(one, coverage);
    walks += 1;
    steps += one.steps.length;
    if (failure !== null) failures.push(sayOf(seed, n, await shrunk(one, failure)));
  }
  return { walks, steps, failures, service: [...coverage.service], agent: [...coverage.agent] };
}

process.send?.(await found(JSON.parse(process.argv[2] ?? '') as Share)); // passed by the spec
process.disconnect();
