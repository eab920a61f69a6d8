import { expect } from 'chai';
import { transition, type AnyMachineSnapshot, type AnyStateMachine, type EventObject } from 'xstate';
import { configOf } from '../../../lib/machines/config.ts';
import { LIBRARY, MACHINES, TIME } from '../../support/actors/machines.ts';
import { effectName, invokesIn, rebuilt } from '../../support/actors/rebuilt-machine.ts';
import { firstSnapshot, randomEvent } from '../../support/actors/machine-events.ts';
import { diceOf, type Dice } from '../../support/dice.ts';

const SEQUENCES = 200;
const STEPS = 15;

interface Found {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Everything in a configuration that is no object. */
function leavesOf(value: unknown, path: readonly string[] = []): readonly Found[] {
  if (value === null || typeof value !== 'object') return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** The names that stand under a key anywhere in a configuration. */
function namesUnder(config: unknown, keys: readonly string[]): readonly string[] {
  if (config === null || typeof config !== 'object') return [];
  return Object.entries(config).flatMap(([key, value]) => [
    ...(keys.includes(key) && !Array.isArray(config) ? namesOf(value) : []),
    ...namesUnder(value, keys),
  ]);
}

function namesOf(value: unknown): readonly string[] {
  return [value].flat().map((one) => (typeof one === 'string' ? one : ((one as { type?: string }).type ?? '')));
}

function delaysIn(config: unknown): readonly string[] {
  if (config === null || typeof config !== 'object') return [];
  return Object.entries(config).flatMap(([key, value]) =>
    key === 'after' ? Object.keys(value as object) : delaysIn(value),
  );
}

function known(machine: AnyStateMachine, kind: 'guards' | 'actions' | 'delays' | 'actors'): readonly string[] {
  return Object.keys(machine.implementations[kind] as object);
}

describe('the exported configuration', () => {
  for (const { machine } of MACHINES) {
    describe(`of the ${machine.id} machine`, () => {
      const { schemas, ...raw } = machine.config as { schemas?: unknown }; // setup() adds them, empty

      const config = configOf(machine);

      it('loses nothing but the first context and the inputs of effects, which go by their names', () => {
        const lost = leavesOf(raw).filter(({ value }) => typeof value === 'function' || value === undefined);
        const unexplained = lost.filter(
          ({ path, value }) =>
            value === undefined ||
            !(path.join('.') === 'context' || (path.includes('invoke') && path.at(-1) === 'input')),
        );
        expect(unexplained.map(({ path }) => path.join('.'))).to.deep.equal([]);
        const kept = leavesOf(raw).filter(({ value }) => typeof value !== 'function');
        expect(leavesOf(config)).to.deep.equal(kept);
      });

      it('has one input for each effect, so that its name says which', () => {
        const inputs = new Map<string, unknown>();
        for (const invoke of invokesIn(raw)) {
          const name = effectName(invoke);
          const text = String(invoke['input']);
          expect(inputs.get(name) ?? text, name).to.equal(text);
          inputs.set(name, text);
        }
      });

      it('names every guard, action, delay and effect, and each of them is there', () => {
        expect(known(machine, 'guards')).to.include.members([...namesUnder(config, ['guard'])]);
        expect(known(machine, 'actions')).to.include.members([...namesUnder(config, ['actions', 'entry', 'exit'])]);
        expect(known(machine, 'delays')).to.include.members([...delaysIn(config)]);
        expect(known(machine, 'actors')).to.include.members(invokesIn(config).map(({ src }) => String(src)));
      });

      it('is in the program for the editor of Stately, with an example of a context', () => {
        const [, json = ''] = /createMachine\(([^]*)\);\n$/.exec(LIBRARY.stately(machine.id)) ?? [];
        const { context, ...rest } = JSON.parse(json) as { context: unknown };
        expect({ ...rest, ...('context' in config ? { context } : {}) }).to.deep.equal(config);
        expect(context).to.be.an('object');
      });

      it(`makes a machine that goes the same way as the original in ${SEQUENCES} random sequences`, function () {
        this.timeout(30_000); // it is some ten thousand transitions
        expect(schemas).to.equal(undefined);
        const copy = rebuilt(machine);
        const visited = new Set<string>();
        for (let seed = 1; seed <= SEQUENCES; seed += 1) walkBoth(machine, copy, diceOf(seed), visited);
        expect(visited.size).to.be.greaterThan(machine.id === 'supervisor' ? 0 : 5);
      });
    });
  }
});

function walkBoth(original: AnyStateMachine, copy: AnyStateMachine, dice: Dice, visited: Set<string>): void {
  let one = firstSnapshot(original);
  let other = firstSnapshot(copy);
  for (let step = 0; step < STEPS && one.status === 'active'; step += 1) {
    TIME.increment(Math.floor(dice() * 2_000));
    const event = randomEvent(one, dice);
    const actions: unknown[] = [];
    [one, actions[0]] = moved(original, one, event);
    [other, actions[1]] = moved(copy, other, event);
    const seen = ({ status, value, context }: AnyMachineSnapshot) => JSON.stringify([status, value, context]);
    expect(seen(other), event.type).to.equal(seen(one));
    expect(JSON.stringify(actions[1]), event.type).to.equal(JSON.stringify(actions[0]));
    visited.add(JSON.stringify(one.value));
  }
}

/** Where an event leads, and what is to be done on the way: each action by its name, with what it is given. */
function moved(
  machine: AnyStateMachine,
  snapshot: AnyMachineSnapshot,
  event: EventObject,
): [AnyMachineSnapshot, unknown] {
  const [next, actions] = transition(machine, snapshot, event) as [
    AnyMachineSnapshot,
    readonly { type: string; params?: object }[],
  ];
  return [next, actions.map(({ type, params }) => [type, inputOf(params), delayOf(params)])];
}

function inputOf(params: object | undefined): unknown {
  return params !== undefined && 'input' in params ? params.input : null;
}

function delayOf(params: object | undefined): unknown {
  return params !== undefined && 'delay' in params ? params.delay : null;
}
