import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

// Authorities of the machine, which every Node process reads when it starts: 90 ms for a hundred of them, of hosts and pm2 alike.
// Nothing here connects to another machine.
delete process.env['NODE_EXTRA_CA_CERTS'];

const builtMain = join(import.meta.dirname, '../dist/main.js');
const READY_MS = 60_000;
const STOP_MS = 60_000;

/** Resolves with the URL of the ready line; rejects with the output of the host if it ends or is not ready in time. */
function readyUrl(child) {
  return new Promise((resolve, reject) => {
    const written = [];
    const give = (reason) => reject(new Error(`The host ${reason}:\n${written.join('\n')}`));
    const timer = setTimeout(() => give(`was not ready within ${READY_MS} ms`), READY_MS);
    child.once('exit', (code, signal) => give(`ended (${signal ?? code}) before it was ready`));
    createInterface({ input: child.stderr }).on('line', (line) => {
      written.push(line);
      const record = recordOf(line);
      if (record?.msg !== 'ready') return;
      clearTimeout(timer);
      resolve(record.url);
    });
  });
}

/** A log line as an object; null for text that is not JSON, such as a stack trace. */
function recordOf(line) {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/** One POST on a reused connection: the time right before it is written, and the time of the complete response. */
function post(agent, url, body) {
  return new Promise((resolve, reject) => {
    const text = JSON.stringify(body ?? {});
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) };
    const message = request(url, { method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('error', reject);
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const answered = process.hrtime.bigint();
        if (response.statusCode === 200) resolve({ begun, answered });
        else reject(new Error(`POST ${url} returned ${response.statusCode}: ${Buffer.concat(chunks).toString()}`));
      });
    });
    message.on('error', reject);
    const begun = process.hrtime.bigint();
    message.end(text);
  });
}

/** Sends SIGTERM, on which the host drains; SIGKILL and an error if that takes too long. */
async function stop(child, agents) {
  for (const agent of agents) agent.destroy();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  const [code] = await exit;
  clearTimeout(timer);
  if (code !== 0) throw new Error(`The host did not exit cleanly (exit code ${code}); services may be left behind.`);
}

/** One GET on a reused connection: the text of the response. */
function get(agent, url) {
  return new Promise((resolve, reject) => {
    const message = request(url, { agent }, (response) => {
      const chunks = [];
      response.on('error', reject);
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`GET ${url} returned ${response.statusCode}: ${text}`));
      });
    });
    message.on('error', reject);
    message.end();
  });
}

/** Kills the host; its services keep running. */
async function kill(child, agents) {
  for (const agent of agents) agent.destroy();
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

/**
 * Starts the built host on `basePath` and resolves once it is ready; stopping it stops its services. `nodeOptions` are
 * options of Node, `sockets` is the number of parallel requests, `main` the program and `env` its additional variables.
 * `readyMs` is the time from the spawn to the ready line.
 */
export async function startHost(basePath, { nodeOptions = [], sockets = 1, main = builtMain, env = {} } = {}) {
  const args = [...nodeOptions, main, '--base-path', basePath, '--port', '0', '--on-exit', 'drain'];
  const begun = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  const agent = new Agent({ keepAlive: true, maxSockets: sockets });
  const asker = new Agent({ keepAlive: true, maxSockets: 1 }); // queries do not queue behind commands
  try {
    const url = await readyUrl(child);
    return {
      pid: child.pid,
      url,
      readyMs: performance.now() - begun,
      post: (path, body) => post(agent, `${url}${path}`, body),
      get: async (path) => JSON.parse(await get(asker, `${url}${path}`)),
      text: (path) => get(asker, `${url}${path}`),
      forget: () => [agent, asker].forEach((each) => each.destroy()),
      kill: () => kill(child, [agent, asker]),
      stop: () => stop(child, [agent, asker]),
    };
  } catch (error) {
    await stop(child, [agent, asker]);
    throw error;
  }
}
