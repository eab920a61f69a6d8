import type { Timers } from '../../ports/clock.ts';
import type { LaunchLog, StampedLine } from '../../ports/engine/log-sink.ts';
import type { Log } from '../../ports/log.ts';
import { hasStatus } from '../api/api-error.ts';
import type { ApiStream } from '../api/api-stream.ts';
import type { Reachability } from '../api/reachability.ts';
import type { KubernetesClient } from '../api/client.ts';
import { LineCutter, NotOutputError, Resumption } from './stamped-lines.ts';

/** A follow without a byte for so long is torn: the link may be gone. */
const IDLE_MS = 60_000;
/** Behind this many bytes the kubelet may have rotated the file, which silences some follows. */
const ROTATION_BYTES = 1024 * 1024;
const STALL_MS = 2_000;
const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;
/** How often the output of an ended pod is asked for before it is given up. */
const LAST_ATTEMPTS = 8;

export interface PodLogOptions {
  readonly client: KubernetesClient;
  /** Of the output in the API. */
  readonly path: string;
  readonly open: () => Promise<LaunchLog>;
  readonly reach: Pick<Reachability, 'answered'>;
  readonly timers: Timers;
  readonly log: Pick<Log, 'warn'>;
}

/** `draining`: the container has ended, and the rest is read. */
type Phase = 'following' | 'draining' | 'closed';

/** Follows the output of one pod into one log, until it has ended or the host closes. */
export class PodLog {
  /** Resolves when it has ended; never rejects. */
  readonly done: Promise<void>;
  readonly #options: PodLogOptions;
  #phase: Phase = 'following';
  #stream: ApiStream | null = null;
  #wake: () => void = () => undefined;

  constructor(options: PodLogOptions) {
    this.#options = options;
    this.done = this.#run();
  }

  /** The container has ended. Resolves when what there is of its output is kept. */
  drain(): Promise<void> {
    if (this.#phase === 'following') this.#phase = 'draining';
    this.#wake();
    return this.done;
  }

  /** Resolves when nothing is written any longer. */
  close(): Promise<void> {
    this.#phase = 'closed';
    this.#stream?.close();
    this.#wake();
    return this.done;
  }

  async #run(): Promise<void> {
    let log: LaunchLog | null = null;
    let failures = 0;
    let lastFailures = 0;
    while (!this.#isClosed) {
      // A follow that began before the end gives all of it, even if the pod is deleted; what begins later reads the rest.
      const isLast = this.#phase === 'draining';
      failures += 1;
      try {
        log ??= await this.#options.open();
        await this.#read(log, !isLast, () => (failures = 0));
        if (isLast) break;
      } catch (error) {
        if (isLast && this.#isGivenUp(error, ++lastFailures)) break;
      }
      await this.#pause(failures, isLast);
      await this.#options.reach.answered();
    }
    await log?.close().catch(() => undefined);
  }

  /** Whether there is nothing more to read, or it cannot be read. */
  #isGivenUp(error: unknown, failures: number): boolean {
    if (hasStatus(error, 404)) return true;
    const isOver = error instanceof NotOutputError ? failures > 1 : failures >= LAST_ATTEMPTS;
    if (isOver) this.#options.log.warn({ err: error }, 'the last output of a pod cannot be read and is lost');
    return isOver;
  }

  async #read(log: LaunchLog, isFollowed: boolean, onBytes: () => void): Promise<void> {
    const { client, path } = this.#options;
    const resumption = new Resumption(log.mark);
    const sinceTime = log.mark === null ? undefined : `${log.mark.at.slice(0, 19)}Z`;
    const query = { timestamps: true, follow: isFollowed, sinceTime };
    const stream = await client.stream(path, query, IDLE_MS);
    this.#stream = stream;
    if (this.#isClosed) stream.close();
    const stall = this.#stallWatch(stream);
    const cutter = new LineCutter();
    try {
      for await (const chunk of stream.chunks()) {
        onBytes();
        const lines = cutter.lines(chunk).filter((line) => resumption.isNew(line));
        stall.saw(chunk.length);
        await this.#append(log, lines);
      }
    } finally {
      stall.end();
      stream.close();
      this.#stream = null;
    }
  }

  get #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  /** While the disk does not take it, nothing more is read, and the kubelet keeps what comes. */
  async #append(log: LaunchLog, lines: readonly StampedLine[]): Promise<void> {
    for (let failures = 1; lines.length > 0 && !this.#isClosed; failures += 1) {
      const before = log.mark;
      try {
        await log.append(lines);
        return;
      } catch (error) {
        if (failures === 1)
          this.#options.log.warn({ err: error }, 'the output of a pod cannot be written; trying again');
        if (log.mark !== before) throw error; // part of it is kept: read again from its mark
        await this.#pause(failures, true);
      }
    }
  }

  #stallWatch(stream: ApiStream): { saw(bytes: number): void; end(): void } {
    const { timers } = this.#options;
    let total = 0;
    let timer: unknown = null;
    const end = (): void => {
      if (timer !== null) timers.clearTimeout(timer);
      timer = null;
    };
    return {
      end,
      saw: (bytes) => {
        total += bytes;
        end();
        if (total >= ROTATION_BYTES) {
          timer = timers.setTimeout(() => {
            stream.close();
          }, STALL_MS);
        }
      },
    };
  }

  /** Waits before the next attempt; a drain ends the wait of a follow, and a close any. */
  async #pause(failures: number, isLast: boolean): Promise<void> {
    if (this.#isClosed || (this.#phase === 'draining' && !isLast)) return;
    const { timers } = this.#options;
    const ms = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, failures - 1), LONGEST_PAUSE_MS);
    await new Promise<void>((resolve) => {
      const timer = timers.setTimeout(resolve, ms);
      this.#wake = () => {
        if (isLast && !this.#isClosed) return;
        timers.clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }
}
