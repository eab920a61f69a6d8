import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive } from './proc.js';

/**
 * What the services say of themselves, and what this process sees of them in /proc: the truth that the host is compared with.
 *
 * A launch: `{service, generation, launch, pid, start, startedAt, end, kills, children, aliveAt, goneAt}`. `aliveAt` is the last
 * instant at which it certainly lived, `goneAt` the first at which it certainly did not (null: it lives).
 */
export class Ledger {
  #folder;
  #fd;
  #at = 0;
  #rest = '';
  /** In the order of their start lines. */
  launches = [];
  /** Launch ids that have more than one start line. */
  repeated = [];
  #byId = new Map();

  constructor(folder) {
    this.#folder = folder;
    this.#fd = openSync(join(folder, 'ledger'), 'r');
  }

  /** Reads what is new and looks at every process that lived the last time. */
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
    const [what, service, generation, launch, pid, start, at, code] = line.split(' ');
    const one = { pid: Number(pid), start, startedAt: Number(at), aliveAt: Number(at), goneAt: null };
    const known = this.#byId.get(launch);
    if (what === 'start') {
      if (known !== undefined) this.repeated.push(launch);
      const entry = { ...one, service, generation: Number(generation), launch, end: null, kills: [], children: [] };
      this.#byId.set(launch, entry);
      this.launches.push(entry);
    } else if (what === 'child') known.children.push(one);
    else {
      known.end = { code: Number(code), at: Number(at) };
      known.aliveAt = Math.max(known.aliveAt, known.end.at);
    }
  }

  /** The launches of which a process lives, as of the last sample. */
  live() {
    return this.launches.filter((launch) => [launch, ...launch.children].some(({ goneAt }) => goneAt === null));
  }

  /** The launches of a service whose main process lives, as of the last sample. */
  liveMains(service) {
    return this.launches.filter((launch) => launch.service === service && launch.goneAt === null);
  }

  /** How many log lines a launch has certainly written, and when the last one: it lived then. */
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

function look(one) {
  const at = Date.now();
  if (isAlive(one)) one.aliveAt = Math.max(one.aliveAt, at);
  else one.goneAt = Date.now();
}
