import { expect } from 'chai';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AnyStateMachine } from 'xstate';
import { effort } from '../support/effort.ts';
import { walk, walkOf, type Coverage } from '../support/walks/model-walk.ts';
import type { Found, Share } from '../support/walks/walk-worker.ts';
import { MACHINE } from '../support/walks/host-world.ts';
import { endOf } from '../support/walks/walk-world.ts';

const SEED = Number(process.env['WALK_SEED'] ?? 1);
const ONLY = process.env['WALK'];
/** 200 reach every state, 500 reach 327 pairs of states and events, 1,000 reach 355; `npm run walks` takes ten thousand. */
const ENOUGH = effort(400, 1_000);
const WALKS = ONLY === undefined ? Number(process.env['WALKS'] ?? ENOUGH) : Number(ONLY) + 1;
const WORKERS = ONLY === undefined ? 2 : 1;

function share(first: number): Promise<Found> {
  const asked: Share = { seed: SEED, first, stride: WORKERS, count: WALKS };
  const worker = fork(
    fileURLToPath(new URL('../support/walks/walk-worker.ts', import.meta.url)),
    [JSON.stringify(asked)],
    {
      execArgv: ['--import=tsx'],
    },
  );
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', (code) => {
      reject(new Error(`The walking process exited with code ${code ?? 'none'}.`));
    });
  });
}

/** The paths of the leaf states in which an actor can be observed. */
function leavesOf(machine: AnyStateMachine): readonly string[] {
  const inside = (node: AnyStateMachine['root']): readonly string[] => {
    const children = Object.values(node.states);
    return children.length === 0 ? [node.path.join('.')] : children.flatMap(inside);
  };
  return inside(machine.root).filter((path) => path !== 'backoff.judging');
}

const { service, agent } = MACHINE.implementations.actors as { service: AnyStateMachine; agent: AnyStateMachine }; // set up there

describe(`hosts on random walks (WALK_SEED=${SEED})`, function () {
  this.timeout(600_000);
  const seen = { service: new Set<string>(), agent: new Set<string>() };

  it(`keep their rules on ${ONLY === undefined ? `each of ${WALKS} walks` : `walk ${ONLY}`}`, async function () {
    const begunAt = performance.now();
    const found = await Promise.all(
      Array.from({ length: WORKERS }, (_, nth) => share(ONLY === undefined ? nth : Number(ONLY))),
    );
    for (const one of found) {
      for (const pair of one.service) seen.service.add(pair);
      for (const pair of one.agent) seen.agent.add(pair);
    }
    const sum = (of: (one: Found) => number): number => found.reduce((total, one) => total + of(one), 0);
    const pairs = (set: ReadonlySet<string>): number => [...set].filter((one) => one.includes(' ')).length;
    console.log(
      `      ${sum(({ walks }) => walks)} walks, ${sum(({ steps }) => steps)} steps, ` +
        `${pairs(seen.service)} (state, event) pairs of services and ${pairs(seen.agent)} of agents, ` +
        `${((performance.now() - begunAt) / 1000).toFixed(0)} s`,
    );
    expect(found.flatMap(({ failures }) => failures).join('\n\n')).to.equal('');
  });

  it('reach every state of both statecharts', function () {
    if (ONLY !== undefined || WALKS < ENOUGH) this.skip();
    expect(leavesOf(service).filter((state) => !seen.service.has(state))).to.deep.equal([]);
    expect(leavesOf(agent).filter((state) => !seen.agent.has(state))).to.deep.equal([]);
  });

  it('end the same way when they are repeated', async () => {
    const coverage: Coverage = { service: new Set(), agent: new Set() };
    for (let n = 0; n < 20; n += 1) {
      const [first, second] = [await walk(walkOf(SEED, n), coverage), await walk(walkOf(SEED, n), coverage)];
      expect(endOf(second.world)).to.deep.equal(endOf(first.world));
    }
  });
});
