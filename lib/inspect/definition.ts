import { StateMachine, type AnyActorLogic, type AnyActorRef, type AnyStateMachine } from 'xstate';

/** Returns the configuration of a machine as data. */
export type ConfigOf = (machine: AnyStateMachine) => unknown;

const byMachine = new WeakMap<AnyStateMachine, string>();

/** Functions cannot be represented in JSON; the inspector shows their names instead. */
function withoutFunctions(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name } : value;
}

/** Null: an effect. */
function machineOf(ref: AnyActorRef): AnyStateMachine | null {
  const logic = 'logic' in ref ? (ref.logic as AnyActorLogic) : null; // every actor has one, although the interface does not declare it
  return logic instanceof StateMachine ? logic : null;
}

/** The same with nothing but the name of the machine; for an effect, its name and no initial state. */
export function machineNameOf(ref: AnyActorRef, name: string): string {
  const machine = machineOf(ref);
  return JSON.stringify(
    JSON.stringify(machine === null ? { id: name } : { id: machine.id, initial: machine.config.initial ?? null }),
  );
}

/**
 * The statechart of an actor as a JSON string literal, including the quotes, ready for use in a message; cached per
 * machine. For an effect, only its name.
 */
export function definitionOf(ref: AnyActorRef, name: string, configOf: ConfigOf): string {
  const machine = machineOf(ref);
  if (machine === null) return JSON.stringify(JSON.stringify({ id: name }));
  const known = byMachine.get(machine);
  if (known !== undefined) return known;
  const encoded = JSON.stringify(JSON.stringify(configOf(machine), withoutFunctions));
  byMachine.set(machine, encoded);
  return encoded;
}
