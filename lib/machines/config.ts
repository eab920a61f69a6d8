import type { AnyStateMachine } from 'xstate';

/**
 * The configuration of a machine as plain JSON. Guards, actions, delays and effects appear by name. What XState only
 * accepts as functions is left out because a name stands for it: the input of an effect belongs to the effect, the
 * initial context to the input.
 */
export function configOf(machine: AnyStateMachine): Readonly<Record<string, unknown>> {
  const { root } = machine as { readonly root: { readonly config: unknown } }; // a machine of any kind has such a root
  return JSON.parse(JSON.stringify(root.config)) as Readonly<Record<string, unknown>>; // of an object
}
