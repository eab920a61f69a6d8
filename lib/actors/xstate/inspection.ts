import type { AnyActorRef, InspectionEvent } from 'xstate';

/** What XState (5.33) reports about each action and each microstep: a dozen for each event, and no observer uses them. */
const UNUSED: ReadonlySet<string> = new Set(['@xstate.action', '@xstate.microstep']);

/** Keeps from the observers of a system what none of them uses. To be called before the root is started. */
export function limitInspection({ system }: AnyActorRef): void {
  const reports = system as unknown as { _sendInspectionEvent: (event: InspectionEvent) => void }; // not in its types
  const send = reports._sendInspectionEvent.bind(system);
  reports._sendInspectionEvent = (event) => {
    if (!UNUSED.has(event.type)) send(event);
  };
}
