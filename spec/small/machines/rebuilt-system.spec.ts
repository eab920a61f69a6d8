import { expect } from 'chai';
import type { AnyStateMachine } from 'xstate';
import { agentPlan } from '../../support/actors/specs.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { rebuilt } from '../../support/actors/rebuilt-machine.ts';
import { diceOf, pick, type Dice } from '../../support/dice.ts';

const SEQUENCES = 25;
const STEPS = 12;
const PLAN = agentPlan('pump1');
const IDS = PLAN.services.map(({ id }) => id);

/** The root with its children, each made from what was exported of it. */
function exported<M>(root: M): M {
  const machine = root as unknown as AnyStateMachine; // the root machine
  const actors = machine.implementations.actors as Record<string, AnyStateMachine>; // set up with exactly these
  const children = Object.fromEntries(Object.entries(actors).map(([name, child]) => [name, rebuilt(child)]));
  return rebuilt(machine).provide({ actors: children }) as unknown as M; // what the spec shows
}

/** What happens to both worlds. */
function stepOf(dice: Dice): (world: ActorWorld) => void {
  const id = pick(dice, IDS);
  const code = pick(dice, [0, 1, 137]);
  return pick<(world: ActorWorld) => void>(dice, [
    (world) => {
      world.startAgent(PLAN);
    },
    (world) => {
      world.stopAgent(PLAN.id);
    },
    (world) => {
      if (world.processes.status(id)?.status === 'alive') world.processes.exit(id, { code });
    },
    (world) => {
      world.processes.refuseNext(id);
    },
    (world) => {
      world.catalog.executable = null;
    },
    (world) => {
      world.catalog.appear({ path: '/plant/program-2.0.0', version: '2.0.0', fingerprint: 'b' });
    },
  ]);
}

/** All actors of a machine, as they are. */
function seenIn(world: ActorWorld): string {
  const children = Object.values(world.root.getSnapshot().children);
  return JSON.stringify(
    children.map((child) => {
      const snapshot = child?.getSnapshot() as { readonly value: unknown; readonly context: unknown } | undefined; // of a machine
      return [child?.id, snapshot?.value, snapshot?.context];
    }),
  );
}

describe('a host that runs what was exported', () => {
  it(`goes the same way as one that runs the originals, in ${SEQUENCES} random lives on a simulated clock`, async function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= SEQUENCES; seed += 1) {
      const dice = diceOf(seed);
      const worlds = [new ActorWorld(), new ActorWorld(exported)] as const;
      for (const world of worlds) world.startAgent(PLAN);
      for (let step = 0; step < STEPS; step += 1) {
        const act = stepOf(dice);
        const ms = pick(dice, [0, 200, 250, 5_000, 31_000]);
        for (const world of worlds) {
          await world.pass(ms);
          act(world);
          await world.pass();
        }
        expect(seenIn(worlds[1]), `seed ${seed}, step ${step}`).to.equal(seenIn(worlds[0]));
      }
    }
  });
});
