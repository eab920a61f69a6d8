import { ok, skipped, warn, type Check } from '../../check.ts';
import { askCluster } from './ask-cluster.ts';

/** The API server says whole seconds. */
const ALLOWED_MS = 3_000;

/** Whether the clocks of the cluster and of this machine agree. */
export const clusterClock: Check = {
  id: 'cluster_clock',
  title: 'Clock of the cluster',
  engines: ['kubernetes'],
  examine: (context) =>
    askCluster(context, async (cluster) => {
      const before = Date.now();
      const theirs = await cluster.now();
      if (theirs === null) return skipped('The API server does not say what time it is.');
      const after = Date.now();
      const off = theirs + 1_000 < before ? before - theirs : Math.max(0, theirs - after);
      if (off <= ALLOWED_MS) return ok('It agrees with that of this machine, to the second.');
      return warn(
        `It differs by ${Math.round(off / 1_000)} s from that of this machine, so times of output and of events do not agree.`,
        'Let all machines follow the same time servers: timedatectl set-ntp true',
      );
    }),
};
