import type { Launch, ProcessExit, ShimKind } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import { exitOf, readExit, type ExitRecord } from '../files/launch-files.ts';
import { runFolder } from '../files/layout.ts';
import { codeOf } from '../os/error-code.ts';
import { isLiving, type Identity } from '../os/process-identity.ts';
import { signalGroup } from '../os/signals.ts';
import { command, watchAlive, type AlivePipe } from './alive-pipe.ts';
import type { PollMember } from './liveness-poll.ts';
import { Ending, type EndingTree } from './terminate.ts';
import type { TreeOrigin, TreeContext } from './tree-context.ts';
import { hasShim, initialState, isMainOver, stateAfter, type TreeEvent, type TreeState } from './tree-state.ts';

/** A shim that exits later than this after its main process had to wait for descendants. */
const AT_ONCE_MS = 50;
const AGAIN_MS = 250;

/** One process tree, from the report of its shim until none of its processes is left. */
export class Tree implements PollMember, EndingTree {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly main: Identity | null;
  readonly shim: Identity;
  readonly stop: StopSpec;
  readonly gone: Promise<void>;
  launch: Launch | null;
  /** How the main process ended, once this host has seen it. */
  exit: ProcessExit | null = null;
  readonly #kind: ShimKind;
  readonly #context: TreeContext;
  #endedAt = -Infinity;
  #pipe: AlivePipe | null = null;
  #state: TreeState;
  #isClosed = false;
  #ending: Ending | null = null;
  #settleGone: () => void = () => undefined;

  constructor(origin: TreeOrigin, context: TreeContext) {
    this.launchId = origin.launchId;
    this.serviceId = origin.serviceId;
    this.main = origin.main;
    this.shim = origin.shim;
    this.stop = origin.stop;
    this.launch = origin.launch;
    this.#state = initialState(origin);
    this.#kind = origin.kind;
    this.#context = context;
    this.gone = new Promise((resolve) => (this.#settleGone = resolve));
  }

  /** Starts to supervise it; may immediately find that it has ended. */
  watch(): void {
    this.readRecord();
    if (this.#kind === 'native') this.#watchPipe();
    else this.#context.livenessPoll.add(this);
  }

  #watchPipe(): void {
    try {
      this.#pipe = watchAlive(this.#folder(), () => {
        this.#shimLeft();
      });
      if (this.#pipe === null) this.#shimLeft();
    } catch (error) {
      this.#context.log.warn(
        { err: error, launchId: this.launchId },
        'cannot watch the pipe of a shim; polling instead',
      );
      this.#context.livenessPoll.add(this);
    }
  }

  /** Called when the exit record may exist. */
  readRecord(): void {
    this.#attempt(() => {
      this.#readRecord();
    });
  }

  /** A process that cannot be read for lack of descriptors or memory must not count as gone: it is checked again. */
  #attempt(look: () => void): void {
    try {
      if (!this.isGone && !this.#isClosed) look();
      this.#context.unreadable.delete(this.launchId);
    } catch (error) {
      if (codeOf(error) === '') throw error; // a bug
      this.#context.log.warn({ err: error, launchId: this.launchId }, 'cannot inspect a process; retrying');
      this.#context.unreadable.set(this.launchId, codeOf(error));
      setTimeout(() => {
        this.#attempt(look);
      }, AGAIN_MS).unref();
    }
  }

  #readRecord(): void {
    if (isMainOver(this.#state)) return;
    const record = readExit(this.#context.layout, this.launchId);
    if (record !== null) this.#end(record);
  }

  #end(record: ExitRecord | null): void {
    const exit = exitOf(record, this.#context.clock);
    this.#endedAt = performance.now();
    this.exit = exit;
    this.#advance('main ended', () => {
      this.#context.ended(this, exit);
    });
  }

  /** Advances to the next state; `notify` runs before the tree may be cleared. */
  #advance(event: TreeEvent, notify: () => void = () => undefined): void {
    const wasGone = this.isGone;
    this.#state = stateAfter(event, this.#state);
    const isNowGone = this.isGone && !wasGone;
    notify();
    if (isNowGone) this.#clear();
  }

  suspect(): Identity | null {
    if (this.#state.type === 'shimless') return this.main;
    return hasShim(this.#state) ? this.shim : null;
  }

  missing(): void {
    if (hasShim(this.#state)) this.#shimLeft();
    else
      this.#attempt(() => {
        this.#mainIsMissing();
      });
  }

  #shimLeft(): void {
    this.#pipe = null;
    this.#advance('shim left');
    this.#attempt(() => {
      this.#judge();
    });
  }

  #judge(): void {
    this.#readRecord(); // its record is the last thing a shim writes for its main process
    if (isMainOver(this.#state)) this.#afterShim();
    else if (isLiving(this.main)) this.#loseShim();
    else this.#mainIsMissing();
  }

  #loseShim(): void {
    if (this.launch !== null) {
      this.launch = {
        ...this.launch,
        guarantees: { ...this.launch.guarantees, exactExit: false, treeComplete: false },
      };
    }
    this.#context.log.warn(
      { launchId: this.launchId, pid: this.main?.pid },
      'A shim died; its process is still running.',
    );
    this.#context.livenessPoll.add(this);
    this.#context.shimDied(this);
  }

  #mainIsMissing(): void {
    this.#readRecord();
    if (!isMainOver(this.#state)) this.#end(null);
    this.#searchLeftovers();
  }

  /** A native shim exits last, unless it was killed while it waited for descendants. */
  #afterShim(): void {
    const isLast = this.#kind === 'native' && performance.now() - this.#endedAt < AT_ONCE_MS;
    if (isLast) this.proveEmpty();
    else this.#searchLeftovers();
  }

  #searchLeftovers(): void {
    if (this.isGone) return;
    this.#context.livenessPoll.delete(this);
    this.#context.table.read().then(
      (snapshot) => {
        if (snapshot.membersOf(this).length === 0) this.proveEmpty();
      },
      (error: unknown) => {
        this.#context.log.error(
          { err: error, launchId: this.launchId },
          'cannot search for descendants of an ended process',
        );
      },
    );
  }

  proveEmpty(): void {
    this.#advance('found empty');
  }

  #clear(): void {
    this.close();
    this.#settleGone();
    this.#context.cleared(this);
  }

  look(): void {
    this.#attempt(() => {
      this.#readRecord();
      const suspect = this.suspect();
      if (suspect !== null && !isLiving(suspect)) this.missing();
    });
  }

  /**
   * Stops it; resolves when none of its processes is left. Another call may shorten the grace, but never lengthen it.
   */
  end(stop: StopSpec): Promise<void> {
    if (!this.isGone) {
      this.#ending ??= new Ending(this, this.#context.table, this.#context.log);
      this.#ending.ask(stop);
    }
    return this.gone;
  }

  get isGone(): boolean {
    return this.#state.type === 'gone';
  }

  get isShimShell(): boolean {
    return this.#kind === 'sh';
  }

  get isEnding(): boolean {
    return this.#ending !== null;
  }

  command(line: string): boolean {
    return this.#kind === 'native' && hasShim(this.#state) && command(this.#folder(), line);
  }

  /** Sends one signal to the group of the main process; false if that has ended. */
  signal(number: number): boolean {
    if (isMainOver(this.#state)) return false;
    if (this.command(`sig ${number}`)) return true;
    if (this.main === null || !isLiving(this.main)) return false;
    return signalGroup(this.main.pid, number);
  }

  #folder(): string {
    return runFolder(this.#context.layout, this.launchId);
  }

  /** Releases it without touching a process. */
  close(): void {
    this.#isClosed = true;
    this.#pipe?.close();
    this.#pipe = null;
    this.#context.livenessPoll.delete(this);
  }
}
