import { spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder } from '../../launching/log-layout.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { Log } from '../../ports/log.ts';
import { READER, readRequest } from '../files/launch-files.ts';
import { runFolder, type Layout } from '../files/layout.ts';
import { nativeShimFile } from '../launch/shim-kind.ts';
import { isLocked } from '../os/file-locks.ts';

/** The FIFOs of a launch of protocol 2, for stdout and stderr. */
const FIFOS = ['out', 'err'];
/** The exit code of a reader that found another one at work. */
const THERE_IS_ONE = 75;
/** Before it is looked again for a reader that works, and before one is started again that has not worked. */
const AGAIN_MS = 1_000;
/** A shim that is just ending may still be the reader that is found first. */
const SOON_MS = 20;
/** Longer than a reader without writers works: it tries for 10 s to report what the disk did not take. */
const LAST_MS = 15_000;
/** The share of all descriptors that are used to hold FIFOs. */
const HELD_SHARE = 1 / 4;
const DESCRIPTORS_UNKNOWN = 1024;

interface Reading {
  timer: NodeJS.Timeout | null;
  /** Since when (steady clock) no writer is left, so that what a reader finds now is all; null: there may be one. */
  lastSince: number | null;
}

/**
 * Keeps the output of native launches whose shim is killed. It holds a reading end of their FIFOs, so that what is in
 * them outlives shim and service; and it starts a reader in place of the shim, which exits when no writer
 * is left. Readers outlive this host.
 */
export class LaunchOutputs {
  readonly #layout: Layout;
  readonly #log: Log;
  readonly #read: (launchId: LaunchId) => void;
  readonly #held = new Map<LaunchId, readonly number[]>();
  readonly #readings = new Map<LaunchId, Reading>();
  readonly #mostHeld = Math.floor((openFilesLimit() * HELD_SHARE) / FIFOS.length);
  #isClosed = false;

  /** `read` is called when the last reader of a launch that has released its FIFOs has ended. */
  constructor(layout: Layout, log: Log, read: (launchId: LaunchId) => void) {
    this.#layout = layout;
    this.#log = log;
    this.#read = read;
  }

  /** Holds the FIFOs of a launch, if it has any and descriptors are not scarce. */
  hold(launchId: LaunchId): void {
    if (this.#held.has(launchId) || this.#held.size >= this.#mostHeld) return;
    const ends: number[] = [];
    try {
      for (const name of FIFOS) {
        const file = join(runFolder(this.#layout, launchId), name);
        ends.push(openSync(file, constants.O_RDONLY | constants.O_NONBLOCK));
      }
      this.#held.set(launchId, ends);
    } catch {
      for (const end of ends) closeSync(end); // of protocol 1, gone already, or no descriptors are left
    }
  }

  /** The shim of a launch is gone: what its service writes is read all the same. */
  read(launchId: LaunchId): void {
    if (this.#isClosed || this.#readings.has(launchId)) return;
    if (!existsSync(join(runFolder(this.#layout, launchId), FIFOS[0] ?? ''))) return;
    this.#readings.set(launchId, { timer: null, lastSince: null });
    this.#start(launchId, SOON_MS);
  }

  /** Whether a reader may still need the files of a launch. */
  isReading(launchId: LaunchId): boolean {
    return this.#readings.has(launchId);
  }

  /** Starts a reader; if there is one, looks again after `ms`. */
  #start(launchId: LaunchId, ms = AGAIN_MS): void {
    const args = this.#argumentsOf(launchId);
    if (args === null) {
      this.#end(launchId);
      return;
    }
    if (isLocked(join(runFolder(this.#layout, launchId), READER))) {
      this.#leaveToAnother(launchId, ms);
      return;
    }
    const reader = spawn(nativeShimFile(), args, { detached: true, cwd: '/', env: {}, stdio: 'ignore' });
    reader.unref();
    reader.on('error', (error) => {
      this.#log.error({ err: error, launchId }, 'cannot start a reader for the output of a service');
      this.#startLater(launchId);
    });
    reader.on('exit', (code) => {
      if (code === 0) this.#end(launchId);
      else if (code === THERE_IS_ONE) this.#leaveToAnother(launchId);
      else this.#startLater(launchId, code === null ? 0 : AGAIN_MS);
    });
  }

  #argumentsOf(launchId: LaunchId): readonly string[] | null {
    try {
      const request = readRequest(this.#layout, launchId);
      if (request === null) return null;
      const { serviceId, generation, maxLogBytes } = request;
      const folders = [runFolder(this.#layout, launchId), logFolder(this.#layout, serviceId)];
      return ['reader', ...folders, String(generation), String(maxLogBytes)];
    } catch (error) {
      this.#log.error({ err: error, launchId }, 'cannot read on in place of a shim');
      return null;
    }
  }

  /** For instance to one that an earlier host has started. It may be killed as well. */
  #leaveToAnother(launchId: LaunchId, ms = AGAIN_MS): void {
    const since = this.#readings.get(launchId)?.lastSince ?? null;
    if (since === null) this.#startLater(launchId, ms);
    else if (performance.now() - since < LAST_MS) this.#startLater(launchId, SOON_MS);
    else this.#end(launchId);
  }

  #startLater(launchId: LaunchId, ms = AGAIN_MS): void {
    const reading = this.#readings.get(launchId);
    if (reading === undefined || this.#isClosed) return;
    reading.timer = setTimeout(() => {
      this.#start(launchId);
    }, ms).unref();
  }

  #end(launchId: LaunchId): void {
    const isLast = (this.#readings.get(launchId)?.lastSince ?? null) !== null;
    this.#readings.delete(launchId);
    if (!isLast) return;
    this.release(launchId);
    this.#read(launchId);
  }

  /** No process of the launch is left. Its FIFOs are held until they have been read. */
  release(launchId: LaunchId): void {
    const reading = this.#readings.get(launchId);
    if (reading !== undefined && !this.#isClosed) {
      reading.lastSince ??= performance.now();
      return;
    }
    for (const end of this.#held.get(launchId) ?? []) closeSync(end);
    this.#held.delete(launchId);
  }

  /** Readers keep running. */
  close(): void {
    this.#isClosed = true;
    for (const { timer } of this.#readings.values()) if (timer !== null) clearTimeout(timer);
    for (const launchId of [...this.#held.keys()]) this.release(launchId);
  }
}

/** How many descriptors this process may have; Node has raised the soft limit to the hard one. */
function openFilesLimit(): number {
  try {
    return Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1] ?? Infinity);
  } catch {
    return DESCRIPTORS_UNKNOWN; // not Linux, where there is no native shim either
  }
}
