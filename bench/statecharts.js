/**
 * How much of a start, and of taking up what was running, are the statecharts alone? `npm run bench:statecharts -- --services 1000`.
 *
 * The actors of the host run in a process of their own, and all that they use is in memory: no program, no file, no database, no HTTP,
 * and nothing records them. So what is measured is the least that a host made of these actors needs; compare it with the rows
 * of `npm run bench` from the same machine. Processor time of all threads, the garbage of V8 included; medians of --rounds (5).
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { resumeOf } from '../lib/actors/service/resume.ts';
import { createRoot } from '../lib/actors/supervisor/root.ts';
import { createSupervisorMachine } from '../lib/actors/supervisor/machine.ts';
import { serviceRefs } from '../lib/control/actors.ts';
import { ActorWorld } from '../spec/support/actors/actor-world.ts';
import { serviceSpec } from '../spec/support/actors/specs.ts';
import { median } from './report/statistics.js';

/** As many as the host launches at a time with few processors. */
const AT_A_TIME = 16;
const SINGLE_STOPS = 30;
/** As in the row of single stops. */
const WARM_UP = 10;
const BETWEEN_MS = 30;

const { values } = parseArgs({
  options: { services: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '5' } },
});
const count = Number(values.services);
const rounds = Number(values.rounds);
if (![count, rounds].every((number) => Number.isInteger(number) && number > 0))
  throw new Error('--services and --rounds must be whole numbers of at least 1.');
const ids = Array.from({ length: count }, (_, index) => `bench${index}`);

/** What `act` takes: seconds, and milliseconds of processor time for each service. */
async function measured(act) {
  const before = process.cpuUsage();
  const begunAt = performance.now();
  await act();
  const { user, system } = process.cpuUsage(before);
  return { seconds: (performance.now() - begunAt) / 1_000, cpuMs: (user + system) / 1_000 / count };
}

function worldWithServices() {
  const world = new ActorWorld();
  const services = ids.map((id) => ({ spec: serviceSpec(id, { settleMs: 0 }), holders: [], intended: 'stopped' }));
  world.root.send({ type: 'supervisor.ensure', services, agents: [] });
  return world;
}

function assertRunning(refs) {
  const running = refs.filter((ref) => ref.getSnapshot().matches('running')).length;
  if (running !== count) throw new Error(`${running} of ${count} services are running.`);
}

async function started(world) {
  for (let first = 0; first < count; first += AT_A_TIME) {
    for (const id of ids.slice(first, first + AT_A_TIME))
      world.service(id).send({ type: 'service.start', correlationId: null });
    await world.pass();
  }
  while (!serviceRefs(world.root).every((ref) => ref.getSnapshot().matches('running'))) await world.pass(1);
}

async function measureStart() {
  const world = worldWithServices();
  const figures = await measured(() => started(world));
  assertRunning(serviceRefs(world.root));
  return figures;
}

/** From the stored states and the processes that were found to actors that know that they run. */
async function measureResume() {
  const before = worldWithServices();
  await started(before);
  const stored = JSON.parse(JSON.stringify(before.root.getPersistedSnapshot()));
  return measured(() => {
    const world = new ActorWorld();
    const root = createRoot(createSupervisorMachine(world, world.clock), { clock: world.timers, snapshot: stored });
    root.start();
    for (const ref of serviceRefs(root)) {
      const { context } = ref.getSnapshot();
      const intention = { spec: null, holders: context.holders, pin: null, intended: 'running', atLeast: 0 };
      ref.send(resumeOf(context, intention, before.processes.status(context.spec.id), world.clock.now()));
    }
    assertRunning(serviceRefs(root));
  });
}

/** Single stops, each with code that is cold: until the process host is asked to end the process. */
async function measureStop() {
  const world = worldWithServices();
  await started(world);
  const taken = [];
  for (const id of ids.slice(0, SINGLE_STOPS)) {
    await pause(BETWEEN_MS);
    const begunAt = performance.now();
    world.service(id).send({ type: 'service.stop', correlationId: null });
    taken.push(performance.now() - begunAt);
    if (world.processes.stops.at(-1)?.serviceId !== id) throw new Error(`The process of ${id} was not asked to end.`);
    await world.pass();
  }
  return { seconds: median(taken.slice(WARM_UP)) / 1_000 };
}

const MEASURES = { start: measureStart, resume: measureResume, 'single stop': measureStop };

if (process.send !== undefined) {
  process.once('message', async (of) => {
    process.send(await MEASURES[of](), () => process.exit());
  });
} else {
  console.log(`${count} services, medians of ${rounds}`);
  for (const of of Object.keys(MEASURES)) {
    const taken = [];
    for (let round = 0; round < rounds; round += 1) {
      const child = fork(process.argv[1], process.argv.slice(2));
      child.send(of);
      const [figures] = await once(child, 'message');
      taken.push(figures);
    }
    const ms = taken.map(({ seconds }) => seconds * 1_000);
    const range = `${Math.min(...ms).toFixed(2)} to ${Math.max(...ms).toFixed(2)}`;
    const cpu = taken.flatMap(({ cpuMs }) => cpuMs ?? []);
    const each = cpu.length === 0 ? '' : `, ${median(cpu).toFixed(2)} ms of processor time per service`;
    console.log(`${of}: ${median(ms).toFixed(2)} ms (${range})${each}`);
  }
}
