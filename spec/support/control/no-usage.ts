import type { UsageSources } from '../../../lib/control/host-ports.ts';

/** A system that does not provide the usage of processes, and a host without usage. */
export const NO_USAGE: UsageSources = {
  usage: { read: () => Promise.resolve(null) },
  history: {
    add: () => Promise.resolve(),
    of: () => Promise.resolve([]),
    sampled: () => Promise.resolve(new Set()),
    newest: () => Promise.resolve(null),
  },
  vitals: { read: () => ({ cpuSeconds: 0, cores: null, residentBytes: 0, loopLag: null }) },
};
