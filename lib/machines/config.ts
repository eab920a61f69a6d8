import type { AnyStateMachine } from 'xstate';

/**
 * The configuration of a machine as plain JSON. Guards, actions, delays and effects are in it by their names. What XState takes as
 * functions only is left out, since a name stands for it: the input of an effect belongs to the effect, the first context to the input.
 */
export function configOf(machine: AnyStateMachine): Readonly<Record<string, unknown>> {
  const { root } = machine as { readonly root: { readonly config: unknown } }; // a machine of any kind has such a root
  return JSON.parse(JSON.stringify(root.config)) as Readonly<Record<string, unknown>>; // of an object
}

/** JavaScript that Stately's editor imports. */
export function statelySnippet(config: Readonly<Record<string, unknown>>): string {
  const json = JSON.stringify(config, null, 2);
  return `import { createMachine } from 'xstate';\n\nexport const machine = createMachine(${json});\n`;
}
