import type { Launch, ProcessExit, LocalShimKind } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import { exitIn, exitOf, parseFields, type ExitRecord } from '../../launching/exit-record.ts';
import { runFolder } from '../files/layout.ts';
import { isLiving, stateOf, type Identity } from '../os/process-identity.ts';
import type { ProcessSnapshot } from '../os/process-table.ts';
import { signalGroup } from '../os/signals.ts';
import { command } from './alive-pipe.ts';
import type { PollMember } from './liveness-poll.ts';
import type { RoundMember } from './main-rounds.ts';
import { RetriedCheck } from './retried-check.ts';
import { ShimPipe } from './shim-pipe.ts';
import { SilentShim } from './silent-shim.ts';
import { Ending, type EndingTree } from './terminate.ts';
import { withoutShim, type TreeOrigin, type TreeContext } from './tree-context.ts';
import { hasShim, initialState, isMainOver, stateAfter, type TreeEvent, type TreeState } from './tree-state.ts';

/** A shim that exits later than this after its main process has waited for descendants. */
const PROMPT_MS = 50;

/** One process tree, from the report of its shim until none of its processes is left. */
export class Tree implements PollMember, RoundMember, EndingTree {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly main: Identity | null;
  readonly shim: Identity;
  readonly stop: StopSpec;
  readonly gone: Promise<void>;
  launch: Launch | null;
  /** How the main process ended, once this host has seen it. */
  exit: ProcessExit | null = null;
  readonly #launchAsMade: Launch | null;
  readonly #kind: LocalShimKind;
  readonly #context: TreeContext;
  #endedAt = -Infinity;
  #state: TreeState;
  readonly #silentShim: SilentShim;
  readonly #pipe: ShimPipe;
  readonly #checks: RetriedCheck;
  #ending: Ending | null = null;
  /** Its members according to the last reading of the process table. */
  #members: readonly Identity[] = [];
  #settleGone: () => void = () => undefined;

  constructor(origin: TreeOrigin, context: TreeContext) {
    this.launchId = origin.launchId;
    this.serviceId = origin.serviceId;
    this.main = origin.main;
    this.shim = origin.shim;
    this.stop = origin.stop;
    this.launch = origin.launch;
    this.#launchAsMade = origin.launch;
    this.#state = initialState(origin);
    this.#kind = origin.kind;
    this.#context = context;
    this.#silentShim = new SilentShim(this, context);
    this.#pipe = new ShimPipe(this, context, {
      gone: () => {
        this.#shimLeft();
      },
      exit: (line) => {
        this.#takeExit(exitIn(parseFields(line)));
      },
    });
    this.#checks = new RetriedCheck(origin.launchId, context, () => {
      this.#resume();
    });
    this.gone = new Promise((resolve) => (this.#settleGone = resolve));
  }

  /** Starts to supervise it; may immediately find that it has ended. */
  watch(mayHaveRecord = true): void {
    if (mayHaveRecord) this.readRecord();
    if (this.#state.type === 'running') this.#context.mainRounds.add(this);
    if (this.#kind === 'native') {
      this.#context.outputs.hold(this.launchId);
      this.#pipe.open();
    } else {
      this.#context.livenessPoll.add(this);
    }
  }

  /** Called when the exit record may exist. */
  readRecord(): void {
    this.#checks.attempt(() => {
      this.#readRecord();
    });
  }

  /** Continues after a failed check, whatever that was about. */
  #resume(): void {
    if (this.#state.type === 'shimless') this.#judge();
    else this.#readRecord();
  }

  #readRecord(): void {
    if (!isMainOver(this.#state)) this.#takeExit(this.#context.exitsFolder.read(this.launchId));
  }

  #takeExit(record: ExitRecord | null): void {
    if (record !== null && !isMainOver(this.#state)) this.#end(record);
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
    if (this.#state.type !== 'running') this.#context.mainRounds.delete(this);
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
      this.#checks.attempt(() => {
        this.#mainIsMissing();
      });
  }

  get isSuspect(): boolean {
    return this.#silentShim.isSuspect;
  }

  mainChecked(isLiving: boolean): void {
    if (this.#kind === 'native' && !this.#pipe.isOpen && hasShim(this.#state)) this.#pipe.open();
    if (isLiving && !this.isSuspect) return;
    this.#checks.attempt(() => {
      this.#readRecord();
      if (this.#state.type !== 'running') return;
      const shim = stateOf(this.shim);
      if (shim === null) this.#shimLeft();
      else if (this.#silentShim.handle({ main: isLiving ? 'living' : 'ended', shim }) === 'give up') this.#end(null);
    });
  }

  /** A shim that has its pipe open is alive, whatever /proc shows: in another PID namespace it has another pid. */
  #shimLeft(): void {
    if (this.#pipe.isOpen) return;
    this.#context.unkillable.delete(this.launchId);
    this.#advance('shim left');
    this.#checks.attempt(() => {
      this.#judge();
    });
  }

  #judge(): void {
    if (!isMainOver(this.#state) && isLiving(this.main)) {
      this.#loseShim();
      return;
    }
    this.#readRecord(); // its record is the last thing a shim writes for its main process
    if (isMainOver(this.#state)) this.#afterShim();
    else this.#mainIsMissing();
  }

  #loseShim(): void {
    if (this.launch !== this.#launchAsMade) return; // already known
    this.launch = withoutShim(this.launch);
    this.#context.log.warn(
      { launchId: this.launchId, pid: this.main?.pid },
      'A shim died; its process is still running.',
    );
    this.#context.livenessPoll.add(this);
    this.readOutput();
    // Without a shim, group and session prove who belongs to it only while its main process is alive.
    this.#readMembers(() => undefined);
    this.#context.shimDied(this);
  }

  #mainIsMissing(): void {
    this.readOutput(); // before its files may be removed
    this.#readRecord();
    if (!isMainOver(this.#state)) this.#end(null);
    this.#searchLeftovers();
  }

  /** A native shim exits last, unless it was killed while it waited for descendants. */
  #afterShim(): void {
    const isLast = this.#kind === 'native' && performance.now() - this.#endedAt < PROMPT_MS;
    if (isLast) this.proveEmpty();
    else this.#searchLeftovers();
  }

  #searchLeftovers(): void {
    if (this.isGone) return;
    this.#context.livenessPoll.delete(this);
    this.#readMembers((members) => {
      if (members.length === 0) this.proveEmpty();
      else this.readOutput();
    });
  }

  #readMembers(use: (members: readonly Identity[]) => void): void {
    this.#context.table.read().then(
      (snapshot) => {
        use(this.membersIn(snapshot));
      },
      (error: unknown) => {
        this.#context.log.error({ err: error, launchId: this.launchId }, 'cannot search for what belongs to a process');
      },
    );
  }

  membersIn(snapshot: ProcessSnapshot): readonly Identity[] {
    this.#members = snapshot.membersOf(this, this.#members);
    return this.#members;
  }

  readOutput(): void {
    this.#context.outputs.read(this.launchId);
  }

  proveEmpty(): void {
    this.#advance('found empty');
  }

  #clear(): void {
    this.close();
    this.#settleGone();
    this.#context.cleared(this);
  }

  check(): void {
    this.#checks.attempt(() => {
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
    this.#pipe.close();
    this.#context.livenessPoll.delete(this);
    this.#context.mainRounds.delete(this);
    this.#checks.close();
    this.#context.outputs.release(this.launchId);
  }
}
