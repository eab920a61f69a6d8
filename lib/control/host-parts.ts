import type { Webhooks } from '../ports/webhooks.ts';
import type { SupervisorRef } from './actors.ts';
import { AgentCommands } from './agent-commands.ts';
import { AgentRemoval } from './agent-removal.ts';
import type { ActingDeps } from './command-deps.ts';
import type { ControlDeps } from './control-deps.ts';
import type { Ground } from './ground.ts';
import type { HostParts } from './host.ts';
import { Intake } from './intake.ts';
import { Receipts } from './receipts.ts';
import { Reloader } from './reload.ts';
import { ServiceCommands } from './service-commands.ts';
import { Waits } from './waits.ts';

/** The parts of a host whose actors are back. */
export function hostParts(deps: ControlDeps, ground: Ground, root: SupervisorRef, webhooks?: Webhooks): HostParts {
  const { clock, log } = deps;
  const { wishes, recorder, feed, health } = ground;
  const acting = actingDeps(deps, ground, root);
  const agents = new AgentCommands(acting);
  return {
    ...{ acting, root, wishes, recorder, feed, health, agents, webhooks },
    removal: new AgentRemoval(acting, agents),
    services: new ServiceCommands(acting),
    reloader: new Reloader(acting, async (specs) => webhooks?.configure(specs.webhooks())),
    waits: new Waits(acting, ground.timers),
    receipts: new Receipts(ground.store, clock, log),
  };
}

function actingDeps({ specs, clock, log, crashPoint }: ControlDeps, ground: Ground, root: SupervisorRef): ActingDeps {
  const { store, wishes, journal, changes, processes, recorder } = ground;
  const intake = new Intake({ store, wishes, journal, clock, crashPoint });
  return { root, configuration: { specs }, wishes, changes, intake, processes, flush: () => recorder.flush(), log };
}
