/**
 * What parts of the host take alone: `npm run bench:parts -- --services 1000 --rounds 5`. Compare them with the rows of `npm run bench`
 * from the same machine.
 *
 * The statecharts have all that they use in memory: no program, file, database or HTTP, and nothing records them. The rows of
 * the database and the configuration are read without actors, and the processes are proven without either. Each round has a
 * process of its own, so that code is as cold as in a host that starts. Medians; processor time of all threads, garbage
 * included.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { liveProcesses, survey } from './parts/proof.js';
import { configuration, rows, singlePlan } from './parts/reading.js';
import { resume, singleEnd, singleStart, singleStop, start } from './parts/statecharts.js';
import { median } from './report/statistics.js';

const PARTS = {
  'statecharts: start of all in one go': start,
  'statecharts: a single start, until a process is asked for': singleStart,
  'statecharts: a single stop, until the process is to be ended': singleStop,
  'statecharts: … from the end of the process': singleEnd,
  'statecharts: stored states restored and resumed': resume,
  'rows of states and intentions parsed and checked': rows,
  'configuration read, checked and planned': configuration,
  'the file of a single agent read, checked and planned': singlePlan,
  'live processes proven': survey,
};

const { values } = parseArgs({
  options: { services: { type: 'string', default: '1000' }, rounds: { type: 'string', default: '5' } },
});
const count = Number(values.services);
const rounds = Number(values.rounds);
if (![count, rounds].every((number) => Number.isInteger(number) && number > 0))
  throw new Error('--services and --rounds must be whole numbers of at least 1.');
const ids = Array.from({ length: count }, (_, index) => `bench${index}`);

async function roundsOf(part, known) {
  const taken = [];
  for (let round = 0; round < rounds; round += 1) {
    const child = fork(process.argv[1], process.argv.slice(2));
    child.send({ part, known });
    const [figures] = await Promise.race([once(child, 'message'), failure(child, part)]);
    taken.push(figures);
  }
  return taken;
}

async function failure(child, part) {
  const [code] = await once(child, 'exit');
  if (code !== 0) throw new Error(`"${part}" could not be measured.`);
  return [];
}

function print(part, taken) {
  const ms = taken.map(({ seconds }) => seconds * 1_000);
  const range = `${Math.min(...ms).toFixed(2)} to ${Math.max(...ms).toFixed(2)}`;
  const cpu = taken.flatMap(({ cpuMs }) => cpuMs ?? []);
  const each = cpu.length === 0 ? '' : `, ${median(cpu).toFixed(2)} ms of processor time per service`;
  console.log(`${part}: ${median(ms).toFixed(2)} ms (${range})${each}`);
}

if (process.send !== undefined) {
  process.once('message', async ({ part, known }) => {
    process.send(await PARTS[part](ids, known), () => process.exit());
  });
} else {
  console.log(`${count} services, medians of ${rounds}`);
  const processes = await liveProcesses(ids);
  try {
    for (const part of Object.keys(PARTS)) print(part, await roundsOf(part, processes.known));
  } finally {
    await processes.end();
  }
}
