import type { ActorStore } from '../ports/actor-store.ts';
import type { Clock, Timers } from '../ports/clock.ts';
import type { Webhooks } from '../ports/webhooks.ts';
import { AgentCommands } from './agent-commands.ts';
import { AgentRemoval } from './agent-removal.ts';
import type { ActingDeps } from './command-deps.ts';
import type { Feed } from './feed.ts';
import type { Health } from './health.ts';
import type { HostParts } from './host.ts';
import { Receipts } from './receipts.ts';
import type { Recorder } from './recorder.ts';
import { Reloader } from './reload.ts';
import { ServiceCommands } from './service-commands.ts';
import { Waits } from './waits.ts';

/** What the commands of a host stand on, besides what they all share. */
export interface Ground {
  readonly store: ActorStore;
  readonly recorder: Recorder;
  readonly feed: Feed;
  readonly health: Health;
  readonly clock: Clock;
  readonly timers: Timers;
  /** Undefined: nothing is sent anywhere. */
  readonly webhooks?: Webhooks | undefined;
}

/** The parts of a host whose actors are back. */
export function hostParts(acting: ActingDeps, ground: Ground): HostParts {
  const { store, recorder, feed, health, clock, timers, webhooks } = ground;
  const { root, wishes, log } = acting;
  const agents = new AgentCommands(acting);
  return {
    ...{ acting, root, wishes, recorder, feed, health, agents, webhooks },
    removal: new AgentRemoval(acting, agents),
    services: new ServiceCommands(acting),
    reloader: new Reloader(acting, async (specs) => webhooks?.configure(specs.webhooks())),
    waits: new Waits(acting, timers),
    receipts: new Receipts(store, clock, log),
  };
}
