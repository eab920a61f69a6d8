import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import {
  createActor,
  type AnyActorRef,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type EventObject,
} from 'xstate';
import { selfContained } from '../../../lib/machines/self-contained.ts';
import { LIBRARY, MACHINES } from '../../support/actors/machines.ts';
import { diceOf, pick } from '../../support/dice.ts';

const WALKS = 40;
const STEPS = 40;

/** Runs the text as the module that it is; `xstate` is the one of this program. */
async function pasted(text: string): Promise<AnyStateMachine> {
  const xstate = pathToFileURL(createRequire(import.meta.url).resolve('xstate')).href;
  const resolved = text.replace("from 'xstate'", `from '${xstate}'`);
  const module = (await import(`data:text/javascript,${encodeURIComponent(resolved)}`)) as { machine: AnyStateMachine };
  return module.machine;
}

/** The types of all events in the chart, also those of finished effects and of delays. */
function eventTypesOf(machine: AnyStateMachine): readonly string[] {
  const { idMap } = machine as unknown as { readonly idMap: ReadonlyMap<string, AnyStateNode> }; // not in the types of any machine
  const nodes = [...idMap.values()];
  return [...new Set(nodes.flatMap(({ transitions }) => [...transitions.keys()] as string[]))].map((type) =>
    type.replace('*', 'anything'),
  );
}

/** XState itself ends an actor that does not expect the failure of an effect: only a running one can fail. */
function isPossible(actor: AnyActorRef, type: string): boolean {
  const { _nodes: nodes } = actor.getSnapshot() as AnyMachineSnapshot; // of a machine
  return !type.startsWith('xstate.error.') || nodes.some(({ transitions }) => transitions.has(type));
}

/** An actor of the machine, with the error that has ended it. */
function started(machine: AnyStateMachine): { readonly actor: AnyActorRef; readonly failures: unknown[] } {
  const actor = createActor(machine);
  const failures: unknown[] = [];
  actor.subscribe({ error: (error: unknown) => failures.push(error) });
  actor.start();
  return { actor, failures };
}

describe('the snippet for the editor of Stately', () => {
  for (const { machine: original } of MACHINES) {
    describe(`of the ${original.id} machine`, () => {
      let machine: AnyStateMachine;
      before(async () => {
        machine = await pasted(LIBRARY.stately(original.id));
      });

      it('has an implementation for each name of the original', () => {
        for (const kind of ['guards', 'actions', 'delays', 'actors'] as const) {
          const [own, given] = [machine, original].map(({ implementations }) => Object.keys(implementations[kind]));
          expect(own, kind).to.deep.equal(given);
        }
      });

      it('takes every event of the chart in its first state, without a field', () => {
        for (const type of eventTypesOf(machine)) {
          const { actor, failures } = started(machine);
          if (isPossible(actor, type)) actor.send({ type });
          expect(failures, type).to.deep.equal([]);
          actor.stop();
        }
      });

      it(`takes any of them in any order, in ${WALKS} random sequences`, () => {
        const types = eventTypesOf(machine);
        const visited = new Set<string>();
        for (let seed = 1; seed <= WALKS; seed += 1) {
          const dice = diceOf(seed);
          const { actor, failures } = started(machine);
          for (let step = 0; step < STEPS; step += 1) {
            const event: EventObject = { type: pick(dice, types) };
            if (isPossible(actor, event.type)) actor.send(event);
            expect(failures, `seed ${seed}, ${event.type}`).to.deep.equal([]);
            visited.add(JSON.stringify((actor.getSnapshot() as AnyMachineSnapshot).value)); // of a machine
          }
          actor.stop();
        }
        expect(visited.size).to.be.greaterThan(original.id === 'supervisor' ? 0 : 3);
      });
    });
  }

  it('has the code of guards and delays that need nothing else of the host', () => {
    const text = LIBRARY.stately('service');
    expect(text).to.match(/^ {4}wantsRunning: trying\(.+intended\s*===\s*["']running["'], false\),$/m);
    expect(text).to.match(/^ {4}untilDeadline: trying\(/m);
    expect(text).to.match(/^ {4}stopRetry: 1000,$/m);
    expect(text).to.match(/^ {4}isReady: stateIn\(\{"running":"ready"\}\),$/m);
    expect(text).to.match(/^ {4}changesStartProbed: and\(\["changesStart", "startsProbed"\]\),$/m);
    expect(text).to.match(/^ {4}reportsEnd: \(\) => false, \/\/ stub$/m);
    expect(text).to.match(/^ {4}launchProcess: fromPromise\(.*\/\/ stub$/m);
  });
});

describe('whether code needs nothing else', () => {
  const clock = { now: () => 1 };
  const settings = { most: 1 };
  const elsewhere = (value: number): number => value;
  interface In {
    readonly context: {
      readonly a: number;
      readonly list: readonly { readonly end: number }[];
      readonly b: { readonly c: number };
    };
  }

  const own: Readonly<Record<string, (given: In) => unknown>> = {
    'its parameters': ({ context }) => context.a > 1 && context.b.c === 2,
    'nested parameters': ({
      context: {
        list,
        b: { c },
      },
    }) => list.map(({ end }) => end - c),
    'what it declares': ({ context }) => {
      const most = Math.max(1, context.a);
      return { most, 'text (elsewhere)': "elsewhere('x')" };
    },
    'a known name': ({ context }) => clock.now() - context.a,
    'a key of the same name': ({ context }) => ({ elsewhere: context.a }),
  };
  for (const [what, code] of Object.entries(own)) {
    it(`sees that it uses only ${what}`, () => {
      expect(selfContained(code, ['clock'])).to.equal(code.toString());
    });
  }

  const more: Readonly<Record<string, unknown>> = {
    'a function of the module': ({ context }: In) => elsewhere(context.a),
    'it in a choice': ({ context }: In) => (context.a > 1 ? elsewhere : 2),
    'it as a spread': ({ context }: In) => ({ ...settings, a: context.a }),
    'it as a short key': () => ({ elsewhere }),
    'a template': ({ context }: In) => `${context.a}`,
    'no arrow': function named() {
      return 1;
    },
    'no function': 4,
  };
  for (const [what, code] of Object.entries(more)) {
    it(`refuses ${what}`, () => {
      expect(selfContained(code, [])).to.equal(null);
    });
  }
});
