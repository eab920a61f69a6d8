import type { AnyActorLogic, AnyActorRef } from 'xstate';

const byLogic = new WeakMap<AnyActorLogic, string>();

/** Functions have no form in JSON; the inspector shows the name instead. */
function withoutFunctions(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name } : value;
}

function logicOf(ref: AnyActorRef): (AnyActorLogic & { readonly config?: unknown }) | undefined {
  return 'logic' in ref ? (ref.logic as AnyActorLogic) : undefined; // every actor has one; only its interface does not say so
}

/**
 * The statechart of an actor as the text of a JSON string, quotes included, ready to be put into a message; it is made once for all
 * actors of a machine. Of an effect only its name.
 */
export function definitionOf(ref: AnyActorRef, name: string): string {
  const logic = logicOf(ref);
  const config = logic?.config;
  if (logic === undefined || typeof config !== 'object' || config === null) {
    return JSON.stringify(JSON.stringify({ id: name }));
  }
  const known = byLogic.get(logic);
  if (known !== undefined) return known;
  const made = JSON.stringify(JSON.stringify(config, withoutFunctions));
  byLogic.set(logic, made);
  return made;
}
