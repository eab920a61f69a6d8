import { shimOf } from '../ledger.js';

/**
 * A host in a PID namespace of its own, as in another container, takes over the same state directory: it sees no pid of
 * the services of its predecessor. What it launches ends with it.
 */
export const namespaces = {
  name: 'namespaces',
  missing: ({ shim, isRoot }) => {
    if (!isRoot) return 'a PID namespace needs root (unshare)';
    return shim === 'native' ? null : 'only the native shim can be reached from another PID namespace';
  },

  draw(dice) {
    return { moment: 'alive', lastsMs: dice.between(1_000, 3_500) };
  },

  hostOptions({ ledger, plant }) {
    ledger.sample();
    // What has lost its shim can be reached by its pid only, which that host does not see: a known limit.
    if (ledger.live().some((launch) => shimOf(launch, plant) === null)) return {};
    ledger.isNamespaced = true;
    return { prefix: ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] };
  },

  async inject(world, { lastsMs }) {
    if (!world.ledger.isNamespaced) return null;
    return {
      how: 'host in another one',
      ...{ sees: null, lastsMs },
      undo: async () => {
        await world.settled('in another PID namespace');
        await world.killNamespace();
        world.ledger.isNamespaced = false;
        await world.restart();
      },
    };
  },
};
