import { createActor, type ActorOptions, type ActorRefFrom } from 'xstate';
import { limitInspection } from '../xstate/inspection.ts';
import { indexTimers } from '../xstate/timers.ts';
import type { createSupervisorMachine } from './machine.ts';

type SupervisorMachine = ReturnType<typeof createSupervisorMachine>;

/** Creates the root of an actor system; the caller starts it. */
export function createRoot(
  machine: SupervisorMachine,
  options: Pick<ActorOptions<SupervisorMachine>, 'inspect' | 'clock' | 'snapshot'>,
): ActorRefFrom<SupervisorMachine> {
  const root = createActor(machine, { id: 'root', systemId: 'root', ...options });
  indexTimers(root);
  limitInspection(root);
  return root;
}
