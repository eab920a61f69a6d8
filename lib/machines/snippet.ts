import { and, initialTransition, not, or, stateIn, type AnyStateMachine } from 'xstate';
import { configOf } from './config.ts';
import { selfContained } from './self-contained.ts';

/** How long a delay takes that only the host can compute. */
const STUB_DELAY_MS = 1_000;
/** What the program below declares, under the name that implementations use for it. */
const KNOWN = ['clock'];

/** An implementation in the snippet. */
interface Part {
  readonly code: string;
  readonly isStub: boolean;
}

const real = (code: string): Part => ({ code, isStub: false });
const stub = (code: string): Part => ({ code, isStub: true });

/**
 * JavaScript that defines a machine and runs as it is. Guards, delays and changes of the context are included if they
 * need nothing else of the host; every other implementation is a stub with its name. The initial context is that for an
 * example `input`.
 */
export function statelySnippet(machine: AnyStateMachine, input: unknown): string {
  const { guards, delays, actions, actors } = machine.implementations;
  const parts = {
    actors: partsOf(actors, () => stub('fromPromise(() => new Promise(() => {}))')),
    actions: partsOf(actions, actionOf),
    guards: partsOf(guards, guardOf),
    delays: partsOf(delays, delayOf),
  };
  const implementations = Object.entries(parts).filter(([, of]) => of.length > 0);
  const config = JSON.stringify(withContext(machine, input), null, 2);
  return `${headOf(machine.id)}
export const machine = setup({
${implementations.map(([kind, of]) => `  ${kind}: {\n${of.map(lineOf).join('\n')}\n  },`).join('\n')}
}).createMachine(${config});
`;
}

function headOf(id: string): string {
  return `/**
 * The statechart "${id}" of Coredinator, for https://stately.ai/editor or any program with xstate 5.
 *
 * A "stub" stands for code that only the host can run: an action does nothing, a guard says no, an effect never ends, a
 * delay takes ${STUB_DELAY_MS} ms. Everything else is the code of the host. The initial context is an example.
 */
import { and, assign, fromPromise, not, or, setup, stateIn } from 'xstate';

const clock = { now: () => Date.now(), random: () => Math.random() };

/** An event that is sent by hand may lack fields that the code of the host reads: then the answer is \`otherwise\`. */
const trying = (code, otherwise) => (...given) => {
  try {
    return code(...given);
  } catch {
    return otherwise;
  }
};
`;
}

function withContext(machine: AnyStateMachine, input: unknown): object {
  const [{ context }] = initialTransition(machine, input) as readonly [{ readonly context: unknown }, unknown];
  const { id, ...config } = configOf(machine);
  return { id, context, ...config };
}

function partsOf(implementations: object | undefined, partOf: (value: unknown) => Part): readonly [string, Part][] {
  return Object.entries(implementations ?? {}).map(([name, value]) => [name, partOf(value)]);
}

function lineOf([name, { code, isStub }]: readonly [string, Part]): string {
  return `    ${name}: ${code},${isStub ? ' // stub' : ''}`;
}

function delayOf(value: unknown): Part {
  if (typeof value === 'number') return real(String(value));
  const source = selfContained(value, KNOWN);
  return source === null ? stub(String(STUB_DELAY_MS)) : real(`trying(${source}, ${STUB_DELAY_MS})`);
}

/** The guards that XState makes, by how they decide. */
const MADE = [
  ['and', and([])],
  ['or', or([])],
  ['not', not('any')],
  ['stateIn', stateIn('any')],
] as const;

interface MadeGuard {
  readonly check?: unknown;
  readonly guards?: readonly unknown[];
  readonly stateValue?: unknown;
}

function guardOf(value: unknown): Part {
  const made = madeGuard(value);
  return made === null ? sourceOr(value, 'false', stub('() => false')) : real(made);
}

function madeGuard(value: unknown): string | null {
  const { check, guards = [], stateValue } = value as MadeGuard; // of a function, that others than XState do not give any
  const made = MADE.find(([, one]) => check !== undefined && (one as MadeGuard).check === check)?.[0];
  if (made === undefined) return null;
  if (made === 'stateIn') return `stateIn(${JSON.stringify(stateValue)})`;
  const inner = guards.map((guard) => (typeof guard === 'function' ? madeGuard(guard) : JSON.stringify(guard)));
  if (inner.includes(null)) return null;
  return made === 'not' ? `not(${inner.join()})` : `${made}([${inner.join(', ')}])`;
}

function actionOf(value: unknown): Part {
  const { assignment } = value as { readonly assignment?: unknown }; // of a function, or of what assign() makes
  const nothing = stub('() => {}');
  if (assignment === undefined) return nothing;
  if (typeof assignment === 'function') {
    const { code, isStub } = sourceOr(assignment, '{}', nothing);
    return isStub ? nothing : real(`assign(${code})`);
  }
  const isData = Object.values(assignment as object).every((field) => typeof field !== 'function');
  return isData ? real(`assign(${JSON.stringify(assignment)})`) : nothing;
}

function sourceOr(value: unknown, otherwise: string, instead: Part): Part {
  const source = selfContained(value, KNOWN);
  return source === null ? instead : real(`trying(${source}, ${otherwise})`);
}
