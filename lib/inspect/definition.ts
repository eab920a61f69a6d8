import { StateMachine, type AnyActorLogic, type AnyActorRef, type AnyStateMachine } from 'xstate';

/** The configuration of a machine as data. */
export type ConfigOf = (machine: AnyStateMachine) => unknown;

const byMachine = new WeakMap<AnyStateMachine, string>();

/** Functions have no form in JSON; the inspector shows the name instead. */
function withoutFunctions(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name } : value;
}

/** Null: it is an effect. */
function machineOf(ref: AnyActorRef): AnyStateMachine | null {
  const logic = 'logic' in ref ? (ref.logic as AnyActorLogic) : null; // every actor has one; only its interface does not say so
  return logic instanceof StateMachine ? logic : null;
}

/**
 * The statechart of an actor as the text of a JSON string, quotes included, ready to be put into a message; it is made once for all
 * actors of a machine. Of an effect only its name.
 */
export function definitionOf(ref: AnyActorRef, name: string, configOf: ConfigOf): string {
  const machine = machineOf(ref);
  if (machine === null) return JSON.stringify(JSON.stringify({ id: name }));
  const known = byMachine.get(machine);
  if (known !== undefined) return known;
  const made = JSON.stringify(JSON.stringify(configOf(machine), withoutFunctions));
  byMachine.set(machine, made);
  return made;
}
