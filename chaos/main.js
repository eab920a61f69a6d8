/**
 * Kills hosts and their services at random, and counts losses: `npm run chaos -- --rounds N --seed S`.
 *
 * The services keep their own ledger and this process reads /proc; nothing is judged by what the host says about
 * itself. Exit code 1 on any loss, 2 on an invalid command line or if a step hangs; the folder is kept then.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Chaos } from './chaos.js';
import { LastHost } from './ending.js';
import { judge } from './oracle.js';
import { makePlant } from './plant.js';
import { processesBelow } from './proc.js';
import { Tally } from './tally.js';

const HELP = `Usage: npm run chaos -- [options]

  --rounds N         hosts that are started and killed (default 25)
  --seed S           a number; the same seed makes the same choices (default: of the clock, and printed)
  --services K       services under supervision, 2 or more (default 8)
  --shim native|sh   what holds the processes (default native)
  --package DIR      the package with the built host (default: this one)
  --keep             keep the folder of the run even if nothing was lost
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
      services: text('8'),
      shim: text('native'),
      package: text(join(import.meta.dirname, '..')),
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (!['native', 'sh'].includes(values.shim)) throw new Error(`--shim must be native or sh, not "${values.shim}".`);
  return {
    ...values,
    rounds: numberOf(values.rounds, 'rounds', 1),
    seed: numberOf(values.seed, 'seed', 0),
    services: numberOf(values.services, 'services', 2),
  };
}

/** Kills by pid what the run has left behind. */
function sweep(folder) {
  for (const { pid } of processesBelow(folder)) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch (error) {
      if (error.code !== 'ESRCH') throw error;
    }
  }
}

async function play(options, plant, tally) {
  const chaos = new Chaos(options, plant, tally, (text) => console.error(`${text} …`));
  try {
    await chaos.play();
    const reported = await new LastHost(chaos, plant, tally).play();
    chaos.ledger.sample();
    chaos.checkLogs();
    chaos.count();
    judge(chaos, reported, tally);
  } catch (error) {
    await dump(chaos, error);
    throw error;
  } finally {
    chaos.close();
  }
}

/** Prints information about a step that hangs or fails. */
async function dump({ host, ledger }, error) {
  console.error(`\n${error.message}\nThe end of the output of the newest host (${host?.logFile}):\n${host?.tail}`);
  const lives = ledger.live().map(({ service, generation, pid }) => `${service}/${generation}/${pid}`);
  console.error(`Live services: ${lives.join(' ') || 'none'}`);
  if (host === null || host.isOver || host.url === null) return;
  const answer = await host.get('/api/services?limit=1000').catch((reason) => ({ body: String(reason) }));
  console.error(`The host says: ${JSON.stringify(answer?.body)}`);
}

async function run(options) {
  const beganAt = Date.now();
  const plant = makePlant(options);
  const tally = new Tally();
  let isWhole = false;
  const abort = () => {
    sweep(plant.folder);
    console.error(`Ended early; the folder is kept: ${plant.folder}`);
    process.exit(2);
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, abort);
  try {
    await play(options, plant, tally);
    isWhole = tally.lost === 0;
  } finally {
    sweep(plant.folder);
    const seconds = ((Date.now() - beganAt) / 1_000).toFixed(1);
    const { rounds, services, shim, seed } = options;
    console.log(
      `${rounds} rounds, ${services} services, ${shim} shim, seed ${seed}, ${seconds} s\n\n${tally.toString()}\n`,
    );
    if (isWhole && !options.keep) rmSync(plant.folder, { recursive: true, force: true, maxRetries: 5 });
    else console.log(`The folder is kept: ${plant.folder}`);
  }
  console.log(isWhole ? 'Nothing was lost.' : `${tally.lost} losses.`);
  return isWhole ? 0 : 1;
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
  return run(options).catch((error) => {
    console.error(error);
    return 2;
  });
}

process.exitCode = await main(process.argv.slice(2));
