import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import sqlite3 from 'sqlite3';

const READY_MS = 30_000;

/** Polls until `probe` returns something other than false and null; throws with `what` if that takes too long. */
export async function until(what, probe, timeoutMs = 20_000) {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const found = await probe();
    if (found !== false && found !== null && found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`It did not happen in time: ${what}.`);
    await pause(20);
  }
}

/** The checkout from the command line; throws if it cannot be used. */
export function checkoutOf(script, given) {
  if (given === undefined)
    throw new Error(`Usage: node scripts/older-host/${script} CHECKOUT, a built checkout of version 0.1.0`);
  const checkout = resolve(given);
  for (const [file, remedy] of [
    ['dist/main.js', 'npm run build'],
    ['lib/process/shim/build/coredinator-shim', 'node scripts/build-shim.js'],
  ]) {
    if (!existsSync(join(checkout, file))) throw new Error(`"${checkout}" has no ${file}; run "${remedy}" there.`);
  }
  return checkout;
}

/** A built host as a child process; its services outlive it. */
export class Host {
  #child;
  log = '';
  url = null;

  constructor(checkout, { basePath, stateDir }, { options = [], env = {} } = {}) {
    const args = [join(checkout, 'dist/main.js'), '--base-path', basePath, '--state-dir', stateDir, '--port', '0'];
    const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('COREDINATOR_')));
    this.#child = spawn(process.execPath, [...args, ...options], {
      env: { ...clean, ...env },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.ended = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => resolve({ code, signal }));
    });
    this.#child.stderr.on('data', (chunk) => {
      this.log += chunk.toString();
      const line = this.url === null && this.log.split('\n').find((one) => one.includes('"msg":"ready"'));
      if (line && line.endsWith('}')) this.url = JSON.parse(line).url;
    });
  }

  /** Starts a host and resolves once it is ready. */
  static async start(...args) {
    const host = new Host(...args);
    const timer = setTimeout(() => host.signal('SIGKILL'), READY_MS);
    const up = until('a host to be ready', () => host.url, READY_MS * 2);
    const end = await Promise.race([up.then(() => null), host.ended]);
    clearTimeout(timer);
    if (end !== null) throw new Error(`The host ended (${end.code ?? end.signal}):\n${host.log}`);
    return host;
  }

  get pid() {
    return this.#child.pid;
  }

  signal(signal) {
    this.#child.kill(signal);
  }

  async end(signal) {
    this.signal(signal);
    return this.ended;
  }

  /** The body of the response; throws on an error response. */
  async ask(method, path, body, headers = {}) {
    const json =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
    const response = await fetch(`${this.url}${path}`, {
      method,
      ...json,
      headers: { ...json.headers, 'x-request-id': path.slice(1).replaceAll('/', '-'), ...headers },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} returned ${response.status}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }

  service(id) {
    return this.ask('GET', `/api/services/${id}`);
  }

  async services() {
    return (await this.ask('GET', '/api/services?limit=1000')).services;
  }

  /** Resolves when a service is in one of these leaf states, such as `running.ready`. */
  awaitService(id, ...leaves) {
    return until(`"${id}" to be ${leaves.join(' or ')}`, async () => {
      const view = await this.service(id).catch(() => null);
      return view !== null && leaves.includes(`${view.state}.${view.substate}`) ? view : null;
    });
  }
}

/** A connection to a database that a host may have open. */
export function openDatabase(file) {
  return new Promise((resolve, reject) => {
    const database = new sqlite3.Database(file, (error) => {
      if (error !== null) {
        reject(error);
        return;
      }
      database.configure('busyTimeout', 5_000);
      resolve({
        all: (sql, ...values) =>
          new Promise((give, fail) =>
            database.all(sql, values, (failure, rows) => (failure ? fail(failure) : give(rows))),
          ),
        exec: (sql) => new Promise((give, fail) => database.exec(sql, (failure) => (failure ? fail(failure) : give()))),
        close: () => new Promise((give) => database.close(give)),
      });
    });
  });
}

/** The leaf states of all stored actors, by path. */
export async function keptStates(stateDir) {
  const database = await openDatabase(join(stateDir, 'coredinator.db'));
  try {
    const rows = await database.all("SELECT path, snapshot FROM actor_snapshot WHERE path <> 'root'");
    return new Map(rows.map(({ path, snapshot }) => [path, leafOf(JSON.parse(snapshot).value)]));
  } finally {
    await database.close();
  }
}

function leafOf(value) {
  return typeof value === 'string'
    ? value
    : Object.entries(value).map(([name, inner]) => `${name}.${leafOf(inner)}`)[0];
}
