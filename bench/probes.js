/**
 * What do health checks cost the host? `npm run bench:probes -- --targets 1000`.
 *
 * A prober in this process checks N targets over HTTP, all of them one server in another process. The figure is the
 * processor time of this process alone, over 10 s after every target was checked at least once. Next to it is the cost
 * of the same number of requests on bare sockets, the lower limit of any prober, to distinguish a slow machine from a
 * slow prober. Exit code 1 if a check failed, or if the default period of 10 s takes 5 % of a core or more.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const MEASURED_MS = 10_000;
const DEFAULT_PERIOD_MS = 10_000;
const BATCH_MS = 50;
const MAX_SHARE = 0.05;
const PATIENCE_MS = 60_000;

/** The other process: responds, and reports on request how many requests it got since the last report. */
function serve() {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    response.end('ok');
  });
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
  process.on('message', () => {
    process.send({ asked });
    asked = 0;
  });
  process.on('disconnect', () => process.exit());
}

async function ask(server) {
  const answer = once(server, 'message');
  server.send('count');
  const [{ asked }] = await answer;
  return asked;
}

/** The launch of a service, as far as a prober uses it. */
function subjectOf(index) {
  return { launch: { serviceId: `bench${index}`, generation: 1, launchedAt: Date.now() }, env: {}, cwd: null };
}

/**
 * Watches all targets; `passed` resolves when each has passed once, `failures` has the reasons of those that failed.
 */
function watchAll(prober, port, { targets, periodMs }) {
  const failures = [];
  const check = { type: 'http', host: '127.0.0.1', port, path: '/api/healthcheck', status: [{ from: 200, to: 399 }] };
  const probe = { check, initialDelayMs: 0, periodMs, timeoutMs: 1_000, successThreshold: 1, failureThreshold: 1 };
  const passed = Array.from({ length: targets }, (_, index) => {
    const verdict = (tell) => ({ passed: tell, failed: (reason) => (failures.push(reason), tell()) });
    return new Promise((resolve) => prober.watch(subjectOf(index), 'readiness', probe, verdict(resolve)));
  });
  return { passed: Promise.all(passed), failures };
}

/** The processor time of this process during the measurement, and the number of requests to the server. */
async function account(server) {
  await ask(server);
  const before = process.cpuUsage();
  const begun = performance.now();
  await pause(MEASURED_MS);
  const { user, system } = process.cpuUsage(before);
  const seconds = (performance.now() - begun) / 1_000;
  const checks = await ask(server);
  const busy = (user + system) / 1e6;
  return { checks, perSecond: checks / seconds, share: busy / seconds, each: busy / checks };
}

async function measure(server, port, { targets, periodMs }) {
  const { createProber } = await import('../lib/probe/prober.ts');
  const say = (fields, message) => console.error(message, fields);
  const log = { debug: () => undefined, info: say, warn: say, error: say };
  const clock = { now: () => Date.now(), random: () => Math.random() };
  const prober = createProber({ logs: null, clock, basePath: '/', log });
  const { passed, failures } = watchAll(prober, port, { targets, periodMs });
  await Promise.race([passed, pause(PATIENCE_MS, null, { ref: false })]);
  // A host that has been running for weeks has compiled code and warm connections.
  await pause(Math.max(2_000, periodMs / 2));
  const figures = await account(server);
  prober.close();
  return { name: `period ${periodMs / 1_000} s`, periodMs, failures, ...figures };
}

/** As many requests as at the default period, each on a new bare socket, in batches like those of the prober. */
async function measureBare(server, port, targets) {
  const batch = Math.max(1, Math.round((targets * BATCH_MS) / DEFAULT_PERIOD_MS));
  const failures = [];
  const timer = setInterval(() => {
    for (let index = 0; index < batch; index += 1) {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('connect', () => socket.write('GET / HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n\r\n'));
      socket.on('error', (error) => failures.push(`bare: ${error.message}`));
      socket.resume();
    }
  }, BATCH_MS);
  await pause(2_000);
  const figures = await account(server);
  clearInterval(timer);
  return { name: 'bare sockets', periodMs: null, failures, ...figures };
}

function row(cells) {
  return cells.map((cell, index) => (index === 0 ? cell.padEnd(16) : cell.padStart(14))).join('');
}

function report(results, targets) {
  console.log(`\n${targets} targets over HTTP, ${MEASURED_MS / 1_000} s each, Node ${process.version}.\n`);
  console.log(row(['', 'checks/s', '% of a core', 'µs per check', 'failed']));
  for (const { name, perSecond, share, each, failures } of results) {
    const figures = [perSecond.toFixed(0), (share * 100).toFixed(2), (each * 1e6).toFixed(0), String(failures.length)];
    console.log(row([name, ...figures]));
  }
  const { share } = results.find(({ periodMs }) => periodMs === DEFAULT_PERIOD_MS);
  const verdict = share < MAX_SHARE ? 'is met' : 'is MISSED';
  console.log(`\nbound ${MAX_SHARE * 100} % of a core at a period of ${DEFAULT_PERIOD_MS / 1_000} s ${verdict}.`);
  for (const reason of new Set(results.flatMap(({ failures }) => failures))) console.log(`failed: ${reason}`);
  return share < MAX_SHARE && results.every(({ failures, checks }) => failures.length === 0 && checks > 0);
}

async function bench() {
  const { values } = parseArgs({ options: { targets: { type: 'string', default: '1000' } } });
  const targets = Number(values.targets);
  if (!Number.isInteger(targets) || targets < 1) throw new Error('--targets must be a whole number of at least 1.');
  const server = fork(import.meta.filename, ['serve']);
  try {
    const [{ port }] = await once(server, 'message');
    const results = [];
    // The shorter period first: after hours a host has compiled code, and so has the default period then.
    for (const periodMs of [1_000, DEFAULT_PERIOD_MS]) results.push(await measure(server, port, { targets, periodMs }));
    results.push(await measureBare(server, port, targets));
    return report(results, targets);
  } finally {
    server.disconnect();
  }
}

if (process.argv[2] === 'serve') serve();
else process.exitCode = (await bench()) ? 0 : 1;
