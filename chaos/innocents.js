import { spawn, spawnSync } from 'node:child_process';
import { existsSync, linkSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isStopped, signal } from './proc.js';

/**
 * Processes that no host has launched: with the name of a service, or with a program below the base path, or with the
 * pid of a service that is gone. Each records every signal that it gets; none may ever get one.
 */
export class Innocents {
  #plant;
  #tally;
  #file;
  #pids = new Set();
  #taken = new Set();
  #children = [];
  canChoosePid = process.getuid?.() === 0 && existsSync('/proc/sys/kernel/ns_last_pid');

  constructor(plant, tally) {
    this.#plant = plant;
    this.#tally = tally;
    this.#file = join(plant.folder, 'signals');
    mkdirSync(join(plant.folder, 'elsewhere/bin'), { recursive: true });
    mkdirSync(join(plant.basePath, 'tools'));
    const namesake = join(plant.folder, 'elsewhere/bin/corechaos-1.0.0');
    const neighbour = join(plant.basePath, 'tools/innocent');
    for (const program of [namesake, neighbour]) {
      linkSync(join(plant.folder, 'elsewhere/innocent'), program);
      const child = spawn(program, [this.#file], { stdio: 'ignore' });
      child.on('exit', (code, name) => this.#lose(child.pid, name ?? `exit code ${code}`));
      this.#children.push(child);
      this.#pids.add(child.pid);
    }
  }

  /** Gives this pid to an innocent process, which leads a session and has a child; false if it cannot be had. */
  takePid(pid) {
    const program = join(this.#plant.folder, 'elsewhere/innocent');
    const { status, stdout } = spawnSync(program, [this.#file, String(pid)], { encoding: 'utf8' });
    if (status !== 0) return false;
    for (const one of stdout.trim().split(/\s+/)) this.#taken.add(Number(one));
    return true;
  }

  /** Checks that all of them are as they were. */
  check() {
    for (const pid of [...this.#pids, ...this.#taken]) {
      if (isStopped(pid)) this.#lose(pid, 'SIGSTOP');
      else if (!signal(pid, 0)) this.#lose(pid, 'SIGKILL');
    }
    if (!existsSync(this.#file)) return;
    for (const line of readFileSync(this.#file, 'utf8').trim().split('\n')) {
      const [pid, number] = line.split(' ');
      this.#lose(Number(pid), `signal ${number}`);
    }
  }

  #lose(pid, what) {
    if (!this.#pids.delete(pid) && !this.#taken.delete(pid)) return; // reported already, or it was ended by us
    this.#tally.lose('signals to others', `Process ${pid}, which no host has launched, got ${what}.`);
  }

  /** Whether this process is one of them. */
  has(pid) {
    return this.#pids.has(pid) || this.#taken.has(pid);
  }

  /** Ends those that have the pid of a service. */
  releasePids() {
    this.check();
    for (const pid of this.#taken) signal(pid, 'SIGKILL');
    this.#taken.clear();
  }

  close() {
    this.releasePids();
    this.#pids.clear();
    for (const child of this.#children) child.kill('SIGKILL');
  }
}
