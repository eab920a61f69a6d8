/**
 * This host next to other supervisors, a floor, and the limits of the machine: `npm run bench`.
 *
 *   --peers LIST      coredinator, supervisord, pm2, runit, s6, floor; default: all that are installed
 *   --rows LIST       start-stop, agent, crash, nothing, many, storm, requests, killed, output, limits; default: all
 *   --services LIST   the numbers of services of `many` and `killed`; default: 100,1000
 *   --rounds N        how often each row takes every peer in turn; default: 3
 *   --folder PATH     where the temporary folder is made; default: that of the system
 *   --json FILE, --markdown FILE
 *
 * The floor is no peer: it is the smallest program in Node that keeps the promises of the host which the rows measure, on the same
 * stages and in the same turns (floor/main.js). What the host needs beyond it is the price of everything else that it does.
 *
 * Each figure is the median of the rounds with their range; a ratio is taken within each round. The child is a program in
 * C that reports its own first instruction and the arrival of SIGTERM (programs/corebench.c), so that nothing is polled. Exit code
 * 1 on any error, also when something is left behind; a slow figure is no error.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { parseArgs } from 'node:util';
import { describeMachine } from './stage/machine.js';
import { contextOf, numbersOf, progress, selectRows, withRun } from './stage/measure.js';
import { PEERS } from './peers/peers.js';
import { summarize } from './report/figures.js';
import { growthTable } from './report/growth.js';
import { rowsTable } from './report/table.js';
import { ROWS } from './rows/rows.js';

const OWN = 'coredinator';

const { values } = parseArgs({
  options: {
    peers: { type: 'string', default: PEERS.map(({ name }) => name).join() },
    rows: { type: 'string' },
    services: { type: 'string', default: '100,1000' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'string' },
    markdown: { type: 'string' },
  },
});

/** The peers with these names, apart those that are not installed. */
function findPeers(text) {
  const names = text.split(',');
  const unknown = names.filter((name) => !PEERS.some((peer) => peer.name === name));
  if (unknown.length > 0)
    throw new Error(`There are no peers ${unknown.join(', ')}; there are ${PEERS.map(({ name }) => name).join(', ')}.`);
  const wanted = PEERS.filter(({ name }) => names.includes(name)).map((peer) => ({ peer, version: peer.version() }));
  return {
    found: wanted.filter(({ version }) => version !== null),
    missing: wanted.filter(({ version }) => version === null),
  };
}

function markdown({ machine, rows, found, missing, at, rounds, counts }) {
  const names = found.map(({ peer }) => peer.name);
  const parts = [
    `${at}; ${machine.cores} cores (${machine.processor}), ${machine.memory_gib} GiB, ${machine.kernel}, ${machine.file_system}, Node ${machine.node}; ` +
      `${rounds} rounds. Before the run the machine was ${machine.busy_before_percent} % busy (load ${machine.load_before.toFixed(1)}).`,
    rowsTable(rows, names, OWN),
    ...[growthTable(rows, counts, OWN)].filter((table) => table !== null),
    [
      ...found.map(({ peer, version }) => `- ${peer.name}: version ${version}.`),
      ...found.flatMap(({ peer }) => peer.notes).map((note) => `- ${note}`),
      ...found
        .filter(({ peer }) => peer.restartDelayMs > 0)
        .map(
          ({ peer }) =>
            `- ${peer.name}: its shortest restart delay of ${peer.restartDelayMs} ms is subtracted in the row of the crash.`,
        ),
      ...found
        .filter(({ peer }) => peer.isQueued)
        .map(
          ({ peer }) =>
            `- ${peer.name}: an answer says only that the command is in a queue; no server answers requests; a killed supervisor is only the top one.`,
        ),
      ...missing.map(({ peer }) => `- ${peer.name} is not installed: \`${peer.install}\`.`),
    ].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

const { found, missing } = findPeers(values.peers);
for (const { peer } of missing) progress(`${peer.name} is not installed, so it has no column: ${peer.install}\n`);
const groups = selectRows(ROWS, values.rows);
const counts = numbersOf(values.services, 'services');
const [rounds] = numbersOf(values.rounds, 'rounds');

await withRun(values.folder, async (run) => {
  const at = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const machine = await describeMachine(run.folder);
  const context = contextOf(run, { peers: found.map(({ peer }) => peer), rounds, counts, hasLimits: true });
  const titles = groups.flatMap((group) => group.titles(context));
  const versions = Object.fromEntries(found.map(({ peer, version }) => [peer.name, version]));
  const write = () => {
    const rows = summarize(context.figures, titles, OWN);
    const text = markdown({ machine, rows, found, missing, at, rounds, counts });
    const json = { at, machine, rounds, versions, missing: missing.map(({ peer }) => peer.name), rows };
    if (values.markdown !== undefined) writeFileSync(values.markdown, text);
    if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(json, null, 2)}\n`);
    return text;
  };
  for (const group of groups) {
    await group.measure(context);
    write(); // an error in a later group does not lose these figures
  }
  console.log(`\n${write()}`);
});
