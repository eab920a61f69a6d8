import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, outerPid } from './proc.js';

/**
 * What the services record about themselves, and what this process sees in /proc: the truth to which the host is
 * compared.
 *
 * A launch: `{service, generation, launch, pid, said, start, file, intendedAt, startedAt, end, kills, shimKilledAt, isBlurred,
 * children, aliveAt, goneAt}`. `pid` is what this process sees, `said` what the launch itself sees (they differ in a PID
 * namespace). `aliveAt` is the last time at which it was certainly alive, `goneAt` the first at which it was certainly
 * not (null: it is alive). `intendedAt`: when the host decided to launch it, as far as that is known to matter: a stop after it
 * may end a process that begins only later. `isBlurred`: a fault took away what says how it ended.
 */
export class Ledger {
  #folder;
  #fd;
  #at = 0;
  #rest = '';
  /** In the order of their start lines. */
  launches = [];
  /** Launch ids with more than one start line. */
  repeated = [];
  /** Whether hosts are started in a PID namespace of their own now. */
  isNamespaced = false;
  #byId = new Map();

  constructor(folder) {
    this.#folder = folder;
    this.#fd = openSync(join(folder, 'ledger'), 'r');
  }

  /** Reads new lines and checks every process that was alive the last time. */
  sample() {
    this.#read();
    for (const launch of this.launches) {
      for (const one of [launch, ...launch.children]) if (one.goneAt === null) look(one);
    }
    this.#read(); // an end line is written before the process ends
  }

  #read() {
    const chunk = Buffer.alloc(65_536);
    for (;;) {
      const length = readSync(this.#fd, chunk, 0, chunk.length, this.#at);
      if (length === 0) return;
      this.#at += length;
      const lines = (this.#rest + chunk.toString('latin1', 0, length)).split('\n');
      this.#rest = lines.pop();
      for (const line of lines) this.#take(line);
    }
  }

  #take(line) {
    const [what, service, generation, launch, pid, start, at, more] = line.split(' ');
    const one = {
      ...this.#named(Number(pid), start, launch),
      startedAt: Number(at),
      aliveAt: Number(at),
      goneAt: null,
    };
    const known = this.#byId.get(launch);
    if (what === 'start') {
      if (known !== undefined) this.repeated.push(launch);
      const facts = { end: null, kills: [], shimKilledAt: null, isBlurred: false, children: [] };
      const named = { service, generation: Number(generation), launch, file: more };
      const entry = { ...one, intendedAt: one.startedAt, ...named, ...facts };
      this.#byId.set(launch, entry);
      this.launches.push(entry);
    } else if (what === 'child') known.children.push(one);
    else {
      known.end = { code: Number(more), at: Number(at) };
      known.aliveAt = Math.max(known.aliveAt, known.end.at);
    }
  }

  #named(said, start, launch) {
    const isInside = this.isNamespaced && !isAlive({ pid: said, start });
    const outside = isInside ? outerPid({ pid: said, start, launch }) : null;
    return { pid: outside ?? said, said, start, isInside };
  }

  /** The launches with a live process, as of the last sample. */
  live() {
    return this.launches.filter((launch) => [launch, ...launch.children].some(({ goneAt }) => goneAt === null));
  }

  /** The launches of a service with a live main process, as of the last sample. */
  liveMains(service) {
    return this.launches.filter((launch) => launch.service === service && launch.goneAt === null);
  }

  /** All launches with a live main process, as of the last sample. */
  mains() {
    return this.launches.filter(({ goneAt }) => goneAt === null);
  }

  /** Takes over when launches were intended: `{launch_id, intended_at}` each. */
  intended(rows) {
    for (const { launch_id: launch, intended_at: at } of rows) {
      const known = this.#byId.get(launch);
      if (known !== undefined) known.intendedAt = at;
    }
  }

  /** How many log lines a launch has certainly written, and when the last one, so that it was alive then. */
  written({ launch }) {
    const file = join(this.#folder, 'counts', launch);
    try {
      return { lines: Number(readFileSync(file, 'utf8')), at: Math.floor(statSync(file).mtimeMs) };
    } catch {
      return { lines: 0, at: 0 }; // it ended before it wrote any
    }
  }

  close() {
    closeSync(this.#fd);
  }
}

/** The shim of a live launch, according to its claim; null if it has none any more, or cannot be seen from here. */
export function shimOf({ launch }, { stateDir }) {
  try {
    const { pid, start } = JSON.parse(readFileSync(join(stateDir, 'run', launch, 'claim'), 'utf8'));
    return isAlive({ pid, start }) ? { pid, start } : null;
  } catch {
    return null; // a fault has taken the claim away
  }
}

function look(one) {
  const at = Date.now();
  if (isAlive(one)) one.aliveAt = Math.max(one.aliveAt, at);
  else one.goneAt = Date.now();
}
