import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFloor, hasShim } from '../floor/bundle.js';
import { FLOOR } from '../report/figures.js';
import { openHost, RESTART_DELAY_MS } from './coredinator.js';

/** The smallest program that keeps the promises of this host (../floor/main.js), over the same API; it is no peer. */
export const floor = {
  name: FLOOR,
  install: 'node scripts/build-shim.js',
  notes: [
    'floor: no supervisor for use, but the smallest program in Node that keeps the promises of the host which these rows measure (bench/floor/main.js).',
  ],
  restartDelayMs: RESTART_DELAY_MS,
  version: () => (hasShim() ? 'of this commit' : null),
  async setUp(stage) {
    const folder = join(stage.folder, '../floor');
    mkdirSync(folder, { recursive: true });
    return openHost(stage, await bundleFloor(folder));
  },
};
