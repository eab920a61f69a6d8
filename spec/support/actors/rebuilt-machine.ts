import { createMachine, type AnyStateMachine } from 'xstate';
import { configOf } from '../../../lib/machines/config.ts';

type Json = Readonly<Record<string, unknown>>;

/** Every effect that a configuration invokes, outermost first. */
export function invokesIn(config: unknown): readonly Json[] {
  if (Array.isArray(config)) return config.flatMap(invokesIn);
  if (config === null || typeof config !== 'object') return [];
  return Object.entries(config).flatMap(([key, value]) =>
    key === 'invoke' ? ([value].flat() as readonly Json[]) : invokesIn(value),
  );
}

/** Identifies an effect: its name, and its id if it has one. */
export function effectName({ src, id }: Json): string {
  return [src, id].filter((name) => typeof name === 'string').join(' ');
}

/** The machine created from the exported configuration with the implementations of the original. */
export function rebuilt(original: AnyStateMachine): AnyStateMachine {
  const config = structuredClone(configOf(original));
  const { context } = original.config as { readonly context: unknown };
  const inputs = new Map(invokesIn(original.config).map((invoke) => [effectName(invoke), invoke['input']]));
  for (const invoke of invokesIn(config)) Object.assign(invoke, { input: inputs.get(effectName(invoke)) });
  // The type is that of the original; the specs show that both are the same.
  return createMachine({ ...config, context } as never, original.implementations as never) as AnyStateMachine;
}
