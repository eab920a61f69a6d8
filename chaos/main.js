/**
 * Kills hosts and their services at random, does them every other kind of harm, and counts losses:
 * `npm run chaos -- --rounds N --seed S --faults all`.
 *
 * The services keep their own ledger and this process reads /proc; nothing is judged by what the host says about
 * itself. Exit code 1 on any loss, 2 on an invalid command line or if a step hangs; the folder is kept then.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { obstacle, onOwnCluster } from '../scripts/cluster/own-cluster.js';
import { runOnCluster } from './cluster/run.js';
import { faultsIn } from './faults/registry.js';
import { run } from './run.js';
import { CLUSTER_LOSSES, LOSSES } from './tally.js';

const HELP = `Usage: npm run chaos -- [options]

  --rounds N         hosts that are started and killed, one after the other (default 25)
  --seed S           a number; the same seed makes the same choices (default: of the clock, and printed)
  --faults KINDS     none, all, or kinds with commas: store, folders, records, disk, shims, launcher, pids, copies,
                     clocks, second-hosts, namespaces (default none: hosts and services are killed)
  --hosts H          base paths side by side, each with its own rounds (default 1)
  --services K       services under supervision of each host, 2 or more (default 8)
  --shim native|node what holds the processes (default native)
  --package DIR      the package with the built host (default: this one)
  --until COLUMN     end after the round in which something is lost in this column of the table
  --keep             keep the folder of the run even if nothing was lost
  --engine kubernetes
                     services in a cluster, which is harmed too: one of cluster.sh, of the pack in CLUSTER_PACK or CLUSTER_BUILD=1.
                     Of the options above it has --rounds, --seed, --services, --package, --until and --keep
  --resume FOLDER    go on with a run on a cluster that ended early, from its last ten rounds
  --help
`;

function numberOf(text, name, low) {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < low)
    throw new Error(`--${name} must be a whole number of at least ${low}, not "${text}".`);
  return number;
}

function optionsOf(args) {
  const text = (value) => ({ type: 'string', ...(value === undefined ? {} : { default: value }) });
  const { values } = parseArgs({
    args,
    options: {
      rounds: text('25'),
      seed: text(String(Date.now() % 1_000_000)),
      faults: text('none'),
      hosts: text('1'),
      services: text('8'),
      shim: text('native'),
      package: text(join(import.meta.dirname, '..')),
      until: { type: 'string' },
      keep: { type: 'boolean', default: false },
      engine: text('local'),
      resume: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (!['native', 'node'].includes(values.shim))
    throw new Error(`--shim must be native or node, not "${values.shim}".`);
  if (!['local', 'kubernetes'].includes(values.engine))
    throw new Error(`--engine must be local or kubernetes, not "${values.engine}".`);
  if (values.resume !== undefined && values.engine === 'local')
    throw new Error('--resume: only runs with --engine kubernetes can be resumed.');
  const columns = values.engine === 'local' ? LOSSES : CLUSTER_LOSSES;
  if (values.until !== undefined && !columns.includes(values.until))
    throw new Error(`--until: there is no column "${values.until}". Columns: ${columns.join(', ')}.`);
  return {
    ...values,
    faults: faultsIn(values.faults),
    rounds: numberOf(values.rounds, 'rounds', 1),
    seed: numberOf(values.seed, 'seed', 0),
    hosts: numberOf(values.hosts, 'hosts', 1),
    services: numberOf(values.services, 'services', 2),
  };
}

/** On the cluster that this process is a host of, or on one that is made for the run. */
async function onCluster(options, args) {
  const script = process.env.CLUSTER_SCRIPT;
  if (script !== undefined) return runOnCluster(options, script);
  const pack = process.env.CLUSTER_PACK ?? '';
  const reason = obstacle(pack);
  if (reason !== null) throw new Error(reason);
  return onOwnCluster(pack, [process.execPath, '--import', 'tsx', process.argv[1], ...args]);
}

async function main(args) {
  let options;
  try {
    options = optionsOf(args);
  } catch (error) {
    console.error(`error: ${error.message}\n\n${HELP}`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const playing = options.engine === 'local' ? run(options) : onCluster(options, args);
  return playing.catch((error) => {
    console.error(error);
    return 2;
  });
}

process.exitCode = await main(process.argv.slice(2));
