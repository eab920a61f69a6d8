/**
 * Creates spec/fixtures/0.1.0: state directories of hosts of version 0.1.0, on which spec/large/state/upgrade.spec.ts starts
 * a current host.
 * Usage: node scripts/older-host/fixture-0.1.0.js CHECKOUT, a built checkout of 0.1.0 with its native shim. Takes about a minute.
 *
 * killed    a host that was killed with services in every leaf state, agents in every public state, and a journal of two host runs
 * drained   a host that was killed while it was stopping its services
 * claimed   a host that killed itself after the shim of its only launch had claimed it
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkoutOf, Host, keptStates, until } from './host.js';
import { keep } from './keep.js';
import { CLAIMED, DRAINED, makePlant } from './plant.js';
import { killAll, liveLaunch, startOf } from './processes.js';
import { leaveEveryState, startAgents, withHost } from './scene.js';

const checkout = checkoutOf('fixture-0.1.0.js', process.argv[2]);
const target = join(import.meta.dirname, '../../spec/fixtures/0.1.0');
const { revisionOf } = await import(pathToFileURL(join(checkout, 'dist/model/revision.js')).href);

/** An earlier boot of the machine. */
const EARLIER_BOOT = '00000000-0000-4000-8000-000000000000';

/** Creates the folders of a scenario, stores what it leaves behind, and ends its remaining processes. */
async function scenario(name, play, edit = () => undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'coredinator-fixture-'));
  const place = { basePath: join(folder, 'base'), stateDir: join(folder, 'state') };
  try {
    const at = await play(place);
    await keep(place, join(target, name), { at, revisionOf, edit });
  } finally {
    killAll(place.stateDir);
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killed(place) {
  const at = await leaveEveryState(checkout, place);
  const [ended, lost, rebooted] = ['ended', 'lost', 'rebooted'].map((id) => liveLaunch(place.stateDir, id));
  process.kill(ended.main, 'SIGKILL'); // its shim writes how it ended
  for (const { shim, main } of [lost, rebooted]) {
    process.kill(shim, 'SIGKILL'); // the end of the other process is not observed
    process.kill(main, 'SIGKILL');
  }
  const pids = [ended, lost, rebooted].flatMap(({ shim, main }) => [shim, main]);
  await until('the killed processes to be gone', () => pids.every((pid) => startOf(pid) === null));
  const claim = join(place.stateDir, 'run', rebooted.launchId, 'claim');
  writeFileSync(claim, readFileSync(claim, 'utf8').replace(/"boot":"[^"]*"/, `"boot":"${EARLIER_BOOT}"`));
  return at;
}

/** What cannot be achieved from outside: rows of real actors and intentions, changed only in these places. */
const EDITS = [
  // The actor of "abandoned" crashed six times within a minute. No input is known that crashes an actor of 0.1.0.
  `UPDATE actor_snapshot SET state = 'failed', snapshot = json_set(snapshot, '$.value', json('{"failed":"abandoned"}'),
     '$.context.reason', 'its actor broke again and again and was set aside; its process was not touched', '$.context.deadlineAt', NULL)
   WHERE path = 'service:abandoned'`,
  `INSERT INTO journal (at, type, service_id, from_state, to_state, cause, detail)
   SELECT max(at), 'service.state_changed', 'abandoned', 'running', 'failed', 'supervisor.park',
     '{"substate":"abandoned","reason":"its actor broke again and again and was set aside; its process was not touched","generation":1}'
   FROM journal`,
  // The tree of "retrying" could not be ended, and the next attempt is still to come. The process host of 0.1.0 never
  // gives up.
  `UPDATE actor_snapshot SET snapshot = json_set(snapshot, '$.value', json('{"stopping":"retrying"}'),
     '$.context.reason', 'its process tree could not be ended yet; trying again') WHERE path = 'service:retrying'`,
  // The host died between committing a stop, or a restart, and passing it to the actor.
  `UPDATE wish SET intended = 'stopped' WHERE subject = 'service:stopped-by-wish'`,
  `UPDATE wish SET at_least = 2 WHERE subject = 'service:outdated'`,
  // The machine was rebooted (as the claim of its shim says too).
  `UPDATE launch SET boot_id = '${EARLIER_BOOT}' WHERE service_id = 'rebooted'`,
];

async function drained(place) {
  makePlant(place.basePath, DRAINED);
  return withHost(
    checkout,
    place,
    async (host) => {
      await startAgents(host, place.basePath, DRAINED.agents);
      for (const id of ['drained', 'draining', 'drained1-worker', 'draining1-leaver'])
        await host.awaitService(id, 'running.ready');
      host.signal('SIGTERM');
      await until('half of the drain to be stored', async () => {
        const states = await keptStates(place.stateDir);
        const isDown = ['service:drained', 'service:drained1-worker', 'agent:drained1'].every(
          (path) => states.get(path) === 'stopped.drained',
        );
        const isGoing = ['service:draining', 'service:draining1-leaver', 'agent:draining1'].every(
          (path) => states.get(path) === 'stopping.draining',
        );
        return isDown && isGoing;
      });
      return Date.now();
    },
    { options: ['--on-exit', 'drain'] },
  );
}

async function claimed(place) {
  makePlant(place.basePath, CLAIMED);
  await new Host(checkout, place, { env: { COREDINATOR_CRASH_AT: 'after-claim' } }).ended;
  const states = await keptStates(place.stateDir);
  if (states.get('service:claimed') !== 'starting.launching')
    throw new Error(`The service is in ${states.get('service:claimed')}.`);
  return Date.now();
}

await scenario('killed', killed, async (database) => {
  for (const edit of EDITS) await database.exec(edit);
});
await scenario('drained', drained);
await scenario('claimed', claimed);
