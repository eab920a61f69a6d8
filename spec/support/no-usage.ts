import type { UsageSources } from '../../lib/control/host-ports.ts';

/** A system that does not tell what processes use, and a host that uses nothing. */
export const NO_USAGE: UsageSources = {
  usage: { read: () => Promise.resolve(null) },
  vitals: { read: () => ({ cpuSeconds: 0, cores: null, residentBytes: 0, loopLag: null }) },
};
