/**
 * What does output cost? `npm run bench:logs -- --mib 512 --search-mib 1024 --idle 1000`.
 *
 * The same program writes lines of 100 bytes to a plain file, through `cat`, through s6-log and svlogd (Debian: s6, runit; a row
 * says if one is not installed), and to a service of the host, in turns: MB/s as the program sees it. Then 100 services at once; the time
 * from a line to a follower; a search of a GiB of 100 services; the memory of shims (PSS and private), idle and busy, and the
 * processor time of a thousand idle ones. Exit code 1 if a log ever exceeds its limit.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { TextDecoderStream } from 'node:stream/web';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { written } from './stage/bursts.js';
import { startHost } from './host.js';
import { inFolder, makePlant } from './plant.js';
import { memoryOf, pidsOf } from './stage/processes.js';
import { compile, findProgram } from './programs/programs.js';
import { cpuOf, quantile } from './readings.js';

const MIB = 1024 * 1024;
const ROUNDS = 3;
const CHUNKS = [
  ['4 KiB', 4096],
  ['a line', 0],
];
const MANY = 100;
const STAMPS = 300;
const PATIENCE_MS = 120_000;
const SEARCHES = ['needle in this line', 'needle.*line$', 'line [0-9]+77 ', '^[a-w ]+ [0-9]+999[a-e]'];

const { values } = parseArgs({
  options: {
    mib: { type: 'string', default: '512' },
    'search-mib': { type: 'string', default: '1024' },
    idle: { type: 'string', default: '1000' },
  },
});
const [mib, searchMib, idle] = [values.mib, values['search-mib'], values.idle].map(Number);
for (const count of [mib, searchMib, idle])
  if (!Number.isInteger(count) || count < 0) throw new Error('--mib, --search-mib and --idle must be whole numbers.');

const sink = (name, command) => ({ name, command });

/** Shell commands that consume stdin, with the folder for what they write; `command` null: it is not installed. */
const SINKS = [
  sink('cat', (folder) => `cat >>'${folder}/out'`),
  sink('s6-log T', findProgram('s6-log') !== null ? (folder) => `s6-log n8 s8388608 T '${folder}'` : null),
  sink('svlogd -ttt', findProgram('svlogd') !== null ? (folder) => `svlogd -ttt '${folder}'` : null),
];

function makeProgram(path) {
  if (compile('corelog', path) === null) throw new Error('bench:logs needs a C compiler (Debian: gcc).');
}

/** MB/s of the program on a sink that is not the host's. */
async function throughSink(program, folder, command, bytes, chunk) {
  const into = join(folder, 'sink');
  rmSync(into, { recursive: true, force: true });
  mkdirSync(into);
  const result = join(folder, 'sink-result');
  const args = ['burst', String(bytes), String(chunk), result];
  if (command === null) {
    const fd = openSync(join(into, 'out'), 'a');
    const child = spawn(program, args, { stdio: ['ignore', fd, 'inherit'] });
    closeSync(fd);
    await once(child, 'exit');
  } else {
    const child = spawn('sh', ['-c', `"$0" "$@" | ${command(into)}`, program, ...args], {
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    await once(child, 'exit');
  }
  const { took } = await written(result);
  rmSync(into, { recursive: true, force: true });
  return bytes / 1e6 / (took / 1e9);
}

function kind(args, more = {}) {
  return {
    executable: 'corebench',
    args,
    restart: 'never',
    autostart: false,
    logs: { max_bytes: '8MiB', keep: 2 },
    ...more,
  };
}

/** The configuration, with what each of its services is for. */
function configuration(folder) {
  const bursts = Object.fromEntries(
    CHUNKS.map(([, chunk]) => [
      `burst${chunk}`,
      kind(['burst', String(mib * MIB), String(chunk), join(folder, `burst${chunk}-result`)]),
    ]),
  );
  const many = Object.fromEntries(
    Array.from({ length: MANY }, (_, index) => [
      `many${index}`,
      kind(['burst', String(10 * MIB), '4096', join(folder, `many${index}-result`)]),
    ]),
  );
  const kinds = { ...bursts, ...many, stamps: kind(['stamps']), found: kind(['stamps']) };
  const services = Object.fromEntries(
    [...Object.keys(bursts), ...Object.keys(many), 'stamps'].map((id) => [id, { kind: id }]),
  );
  for (let index = 0; index < MANY; index += 1) services[`found${index}`] = { kind: 'found' };
  return { kinds, services };
}

const start = (host, id) => host.post(`/api/services/${id}/start`);
const line = (name, value) => console.log(`${name.padEnd(54)}${value}`);

/** What the largest launch has on disk. */
function largestLog(state, id) {
  const folder = join(state, 'logs', id);
  const sums = new Map();
  for (const name of existsSync(folder) ? readdirSync(folder) : []) {
    const size = statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0; // removed just now
    const [generation] = name.split('.');
    sums.set(generation, (sums.get(generation) ?? 0) + size);
  }
  return Math.max(0, ...sums.values());
}

async function throughput(host, program, folder, state) {
  for (const [name, chunk] of CHUNKS) {
    const rates = new Map();
    const note = (sinkName, rate) => rates.set(sinkName, [...(rates.get(sinkName) ?? []), rate]);
    let most = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      note('plain file', await throughSink(program, folder, null, mib * MIB, chunk));
      for (const { name: sinkName, command } of SINKS)
        if (command !== null) note(sinkName, await throughSink(program, folder, command, mib * MIB, chunk));
      const id = `burst${chunk}`;
      const watching = setInterval(() => (most = Math.max(most, largestLog(state, id))), 20);
      await start(host, id);
      const { took } = await written(join(folder, `${id}-result`));
      clearInterval(watching);
      note('shim', (mib * MIB) / 1e6 / (took / 1e9));
      await pause(300);
    }
    for (const [sinkName, all] of rates) line(`${name} a write, ${sinkName}`, `${quantile(all, 0.5).toFixed(0)} MB/s`);
    for (const { name: sinkName, command } of SINKS)
      if (command === null) line(`${name} a write, ${sinkName}`, 'not installed');
    line(`${name} a write, most of a launch on disk, limit 8 MiB`, `${(most / MIB).toFixed(2)} MiB`);
    if (most > 8 * MIB) process.exitCode = 1;
  }
}

async function manyAtOnce(host, folder) {
  const begun = performance.now();
  const ids = Array.from({ length: MANY }, (_, index) => `many${index}`);
  await Promise.all(ids.map((id) => start(host, id)));
  const results = await Promise.all(ids.map((id) => written(join(folder, `${id}-result`))));
  const seconds = (performance.now() - begun) / 1000;
  line(
    `${MANY} services, 10 MiB each, 4 KiB a write`,
    `${((MANY * 10 * MIB) / 1e6 / seconds).toFixed(0)} MB/s with their starts`,
  );
  line('  longest single write', `${(Math.max(...results.map(({ longest }) => longest)) / 1e6).toFixed(0)} ms`);
}

/** The time from a line to a follower, which shares the machine. */
async function delays(host) {
  await start(host, 'stamps');
  const response = await fetch(`${host.url}/api/services/stamps/logs?tail=0`, {
    headers: { accept: 'text/event-stream' },
  });
  const late = [];
  let rest = '';
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    const at = process.hrtime.bigint();
    const blocks = (rest + part).split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const [, stamp] = /"text":"(\d+)"/.exec(block) ?? [];
      if (stamp !== undefined) late.push(Number(at - BigInt(stamp)) / 1e6);
    }
    if (late.length >= STAMPS) break;
  }
  line('line -> follower: median / p99', [0.5, 0.99].map((q) => `${quantile(late, q).toFixed(2)} ms`).join(' / '));
}

const shimsOf = (program) => [
  ...new Set(
    pidsOf(program).map((pid) => Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')[1])),
  ),
];

function medianMemory(pids) {
  const all = pids.map(memoryOf);
  const median = (name) =>
    quantile(
      all.map((one) => one[name]),
      0.5,
    );
  return `${median('pss').toFixed(0)} KiB PSS, ${median('private').toFixed(0)} KiB private`;
}

/** Writes the logs of 100 services as a shim would. */
function writeLogs(state) {
  const each = Math.floor((searchMib * MIB) / MANY);
  for (let service = 0; service < MANY; service += 1) {
    const folder = join(state, 'logs', `found${service}`);
    mkdirSync(folder, { recursive: true });
    const parts = [];
    let size = 0;
    for (let index = 0; size < each; index += 1) {
      const time = new Date(1_750_000_000_000 + index).toISOString().replace('Z', '000000Z');
      const text =
        index === 5000
          ? 'the needle in this line'
          : `request on line ${index} took ${index % 113} ms at 10.0.${index % 256}.1`;
      parts.push(`${time} stdout F ${text}\n`);
      size += parts.at(-1).length;
    }
    writeFileSync(join(folder, '1.000000000000000.log'), parts.join(''));
  }
}

async function search(host, expression) {
  let found = 0;
  let bytes = 0;
  for (let service = 0; service < MANY; service += 1) {
    let after = null;
    for (;;) {
      const query = `grep=${encodeURIComponent(expression)}&limit=10000${after === null ? '' : `&after=${after}`}`;
      const response = await fetch(`${host.url}/api/services/found${service}/logs?${query}`, {
        headers: { accept: 'application/json' },
      });
      if (response.status !== 200) throw new Error(`The search returned ${response.status}: ${await response.text()}`);
      const page = await response.json();
      found += page.lines.length;
      bytes += page.search.searched_bytes;
      if (page.search.complete) break;
      after = page.next;
    }
  }
  return { found, bytes };
}

async function searches(host) {
  for (const expression of SEARCHES) {
    const begun = performance.now();
    const cpu = cpuOf(host.pid);
    const waits = [];
    let isOver = false;
    const asking = (async () => {
      while (!isOver) {
        const from = performance.now();
        await host.get('/api/services/stamps');
        waits.push(performance.now() - from);
        await pause(5);
      }
    })();
    const { found, bytes } = await search(host, expression);
    isOver = true;
    await asking;
    const seconds = (performance.now() - begun) / 1000;
    line(
      `search of ${(bytes / MIB).toFixed(0)} MiB for ${expression}`,
      `${seconds.toFixed(1)} s, ${found} found, ${(cpuOf(host.pid) - cpu).toFixed(1)} s CPU, another request p99 ${quantile(waits, 0.99).toFixed(1)} ms`,
    );
  }
}

async function idleShims() {
  await inFolder(async (folder) => {
    const ids = Array.from({ length: idle }, (_, index) => `idle${index}`);
    const plant = makePlant(folder, {
      kinds: { corebench: { executable: 'corebench' } },
      services: Object.fromEntries(ids.map((id) => [id, { kind: 'corebench' }])),
    });
    const host = await startHost(plant.basePath, { sockets: 16 });
    try {
      const until = performance.now() + PATIENCE_MS;
      const pids = () =>
        pidsOf('sleep').filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('100000'));
      while (pids().length < idle && performance.now() < until) await pause(500);
      await pause(5_000);
      const shims = [
        ...new Set(
          pids().map((pid) => Number(readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ')[1])),
        ),
      ];
      const before = shims.reduce((sum, pid) => sum + cpuOf(pid), 0);
      await pause(10_000);
      const after = shims.reduce((sum, pid) => sum + cpuOf(pid), 0);
      line(`memory of an idle shim (median of ${shims.length})`, medianMemory(shims));
      line(`CPU of ${shims.length} idle shims over 10 s`, `${(after - before).toFixed(2)} s`);
    } finally {
      await host.stop();
    }
  });
}

await inFolder(async (folder) => {
  const plant = makePlant(folder, configuration(folder), makeProgram);
  const state = join(plant.basePath, '.coredinator');
  const host = await startHost(plant.basePath, { sockets: 16 });
  try {
    if (mib > 0) {
      await throughput(host, plant.program, folder, state);
      await manyAtOnce(host, folder);
    }
    await delays(host);
    line('memory of a shim that is writing', medianMemory(shimsOf(plant.program)));
    if (searchMib > 0) {
      writeLogs(state);
      await searches(host);
    }
  } finally {
    await host.stop();
  }
});
if (idle > 0) await idleShims();
