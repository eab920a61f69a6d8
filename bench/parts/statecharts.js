import { resumeOf } from '../../lib/actors/service/resume.ts';
import { createRoot } from '../../lib/actors/supervisor/root.ts';
import { createSupervisorMachine } from '../../lib/actors/supervisor/machine.ts';
import { serviceRefs } from '../../lib/control/actors.ts';
import { ActorWorld } from '../../spec/support/actors/actor-world.ts';
import { serviceSpec } from '../../spec/support/actors/specs.ts';
import { measured, medianOf, SINGLE } from './measured.js';

/** As many as the host launches at a time with few processors. */
const AT_A_TIME = 16;

function worldWithServices(ids) {
  const world = new ActorWorld();
  const services = ids.map((id) => ({ spec: serviceSpec(id, { settleMs: 0 }), holders: [], intended: 'stopped' }));
  world.root.send({ type: 'supervisor.ensure', services, agents: [] });
  return world;
}

function assertRunning(refs, count) {
  const running = refs.filter((ref) => ref.getSnapshot().matches('running')).length;
  if (running !== count) throw new Error(`${running} of ${count} services are running.`);
}

async function startAll(world, ids) {
  for (let first = 0; first < ids.length; first += AT_A_TIME) {
    for (const id of ids.slice(first, first + AT_A_TIME))
      world.service(id).send({ type: 'service.start', correlationId: null });
    await world.pass();
  }
  while (!serviceRefs(world.root).every((ref) => ref.getSnapshot().matches('running'))) await world.pass(1);
}

/** The states of services that run, as they are stored, and the world that they are from. */
export async function storedStates(ids) {
  const world = worldWithServices(ids);
  await startAll(world, ids);
  return { world, stored: JSON.parse(JSON.stringify(world.root.getPersistedSnapshot())) };
}

/** The start of all services in one go. */
export async function start(ids) {
  const world = worldWithServices(ids);
  const figures = await measured(ids, () => startAll(world, ids));
  assertRunning(serviceRefs(world.root), ids.length);
  return figures;
}

/** From the stored states and the processes that were found to actors that know that they run. */
export async function resume(ids) {
  const { world: before, stored } = await storedStates(ids);
  const world = new ActorWorld();
  for (const id of ids) world.processes.surveyed.set(id, before.processes.status(id));
  await world.processes.survey();
  return measured(ids, () => {
    const root = createRoot(createSupervisorMachine(world, world.clock), { clock: world.timers, snapshot: stored });
    root.start();
    for (const ref of serviceRefs(root)) {
      const { context } = ref.getSnapshot();
      const intention = { spec: null, holders: context.holders, pin: null, intended: 'running', atLeast: 0 };
      ref.send(resumeOf(context, intention, world.processes.status(context.spec.id), world.clock.now()));
    }
    assertRunning(serviceRefs(root), ids.length);
  });
}

/** A single start: from the command until the process host is asked for a process. */
export async function singleStart(ids) {
  const world = worldWithServices(ids);
  const figures = await medianOf(ids, async (id) => {
    const { length } = world.processes.launches;
    world.service(id).send({ type: 'service.start', correlationId: null });
    while (world.processes.launches.length === length) await Promise.resolve();
  });
  await world.pass();
  assertRunning(serviceRefs(world.root), Math.min(SINGLE, ids.length));
  return figures;
}

/** A single stop: until the process host is asked to end the process. */
export async function singleStop(ids) {
  const world = worldWithServices(ids);
  await startAll(world, ids);
  return medianOf(ids, (id) => {
    world.service(id).send({ type: 'service.stop', correlationId: null });
    if (world.processes.stops.at(-1)?.serviceId !== id) throw new Error(`The process of ${id} was not asked to end.`);
  });
}

/** The same: from the end of the process until the service is stopped. */
export async function singleEnd(ids) {
  const world = worldWithServices(ids);
  await startAll(world, ids);
  world.processes.holdStops();
  for (const id of ids.slice(0, SINGLE)) world.service(id).send({ type: 'service.stop', correlationId: null });
  return medianOf(ids, async (id) => {
    world.processes.exit(id, { signal: 'SIGTERM' });
    while (!world.service(id).getSnapshot().matches('stopped')) await Promise.resolve();
  });
}
