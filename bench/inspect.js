/**
 * What does the inspector cost the host? `npm run bench:inspect -- --services 1000`.
 *
 * Starts a host with N services, opens its WebSocket several times, and prints what a viewer gets until it has seen
 * every actor: messages, bytes, milliseconds; and the longest block of the host's event loop (as measured by the host
 * itself; next to it the same without a viewer, to distinguish a busy machine from a slow hub). Then restarts some of
 * the services, without and with a viewer. Exit code 1 if a viewer blocks the loop 50 ms longer than without it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { hostServices, onPlant } from './plant.js';
import { allRunning, longestBlock, quantile } from './readings.js';

const SOCKETS = 16;
const JOINS = 5;
const QUIET_MS = 500;
const MAX_EXTRA_BLOCK_MS = 50;

const { values } = parseArgs({
  options: { services: { type: 'string', default: '1000' }, restarts: { type: 'string', default: '100' } },
});
const count = Number(values.services);
const restarts = Math.min(Number(values.restarts), count);
if (!Number.isInteger(count) || count < 1) throw new Error('--services must be a whole number of at least 1.');

const ids = Array.from({ length: count }, (_, index) => `bench${index}`);

/** A viewer that counts its messages. */
function watch(url, query = '') {
  const seen = { messages: 0, bytes: 0, actors: 0, begunAt: performance.now(), lastAt: performance.now() };
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/inspector/ws${query}`);
  socket.on('error', (error) => {
    throw error;
  });
  socket.on('message', (data) => {
    seen.bytes += data.length;
    seen.lastAt = performance.now();
    for (const text of String(data).split('\n')) {
      seen.messages += 1;
      if (text.startsWith('{"type":"@xstate.actor"')) seen.actors += 1;
    }
  });
  return { socket, seen };
}

/** Resolves when no message has arrived for a while. */
async function quiet({ seen }) {
  while (seen.messages === 0 || performance.now() - seen.lastAt < QUIET_MS) await pause(QUIET_MS / 5);
}

async function restartSome(host) {
  const begun = performance.now();
  const some = ids.slice(0, restarts);
  await Promise.all(some.map((id) => host.post(`/api/services/${id}/restart?wait=running&timeout=2m`)));
  return performance.now() - begun;
}

async function measure(host) {
  await longestBlock(host);
  await pause(2_000);
  const idleBlockMs = await longestBlock(host);
  const joins = [];
  for (let index = 0; index < JOINS; index += 1) {
    const viewer = watch(host.url);
    await quiet(viewer);
    viewer.socket.close();
    joins.push(viewer.seen);
  }
  const joinBlockMs = await longestBlock(host);
  const compact = watch(host.url, '?form=compact'); // as the page of the host does
  await quiet(compact);
  compact.socket.close();
  const aloneMs = await restartSome(host);
  const aloneBlockMs = await longestBlock(host);
  const viewer = watch(host.url);
  await quiet(viewer);
  await longestBlock(host);
  const before = { ...viewer.seen };
  const watchedMs = await restartSome(host);
  await quiet(viewer);
  const watchedBlockMs = await longestBlock(host);
  viewer.socket.close();
  const traffic = { messages: viewer.seen.messages - before.messages, bytes: viewer.seen.bytes - before.bytes };
  return {
    idleBlockMs,
    compact: compact.seen,
    joins,
    joinBlockMs,
    aloneMs,
    aloneBlockMs,
    watchedMs,
    watchedBlockMs,
    traffic,
  };
}

function report(figures) {
  const { idleBlockMs, compact, joins, joinBlockMs, aloneMs, aloneBlockMs, watchedMs, watchedBlockMs, traffic } =
    figures;
  const [first] = joins;
  const ms = (value) => `${value.toFixed(1)} ms`;
  const mib = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  const took = joins.map(({ begunAt, lastAt }) => lastAt - begunAt);
  console.log(`\n${count} services, Node ${process.version}.\n`);
  console.log(`a viewer gets          ${first.actors} actors in ${first.messages} messages, ${mib(first.bytes)}`);
  console.log(
    `in the compact form    ${compact.messages} messages, ${mib(compact.bytes)}, ${ms(compact.lastAt - compact.begunAt)}`,
  );
  console.log(`it takes               ${ms(quantile(took, 0.5))} (worst ${ms(Math.max(...took))})`);
  console.log(`longest block          ${ms(joinBlockMs)}; without a viewer ${ms(idleBlockMs)}`);
  console.log(`${restarts} restarts           ${ms(watchedMs)}; without a viewer ${ms(aloneMs)}`);
  console.log(`  the viewer gets      ${traffic.messages} messages, ${mib(traffic.bytes)}`);
  console.log(`  longest block        ${ms(watchedBlockMs)}; without a viewer ${ms(aloneBlockMs)}`);
  const isHeld = joinBlockMs < idleBlockMs + MAX_EXTRA_BLOCK_MS && watchedBlockMs < aloneBlockMs + MAX_EXTRA_BLOCK_MS;
  console.log(
    `\nbound ${MAX_EXTRA_BLOCK_MS} ms for what a viewer adds to the longest block is ${isHeld ? 'met' : 'MISSED'}.`,
  );
  return isHeld;
}

await onPlant(hostServices(ids), { sockets: SOCKETS }, async (host) => {
  await allRunning(host, count);
  process.exitCode = report(await measure(host)) ? 0 : 1;
});
