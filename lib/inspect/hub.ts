import type { AnyActorRef, InspectionEvent } from 'xstate';
import type { Clock, Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { CLOSE } from './close-codes.ts';
import type { ConfigOf } from './definition.ts';
import { Messages } from './messages.ts';
import { liveActors, observedOf, type Observed } from './observed.ts';
import { Viewer, type Buffering, type Permission, type Present, type ViewerSocket } from './viewer.ts';

/** Bounds of a hub; the defaults are those of a host. */
export interface HubLimits {
  readonly mostViewers: number;
  readonly buffering: Buffering;
  /** More that is observed and not yet sent is not kept: viewers get the state of the actors instead. */
  readonly mostObserved: number;
  /** How long messages are made before everything else in the process has its turn. */
  readonly sliceMs: number;
  readonly heartbeatMs: number;
}

const MIB = 1024 * 1024;
const LIMITS: HubLimits = {
  mostViewers: 16,
  buffering: { highBytes: MIB, lowBytes: MIB / 4 },
  mostObserved: 5_000,
  sliceMs: 4,
  heartbeatMs: 30_000,
};

/** What a hub works with. */
export interface HubOptions {
  readonly root: AnyActorRef;
  /** Which run of a host this is; no other has the same. */
  readonly boot: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** How the statecharts are shown; default: as XState was given them, without functions. */
  readonly configOf?: ConfigOf;
  readonly limits?: Partial<HubLimits>;
  /** Calls back when everything else has had its turn; default: setImmediate. */
  readonly yieldTo?: (goOn: () => void) => void;
  /** Milliseconds from any moment on; default: of this process. */
  readonly elapsed?: () => number;
}

/** Of a viewer who may watch for as long as it likes. */
const FOR_GOOD: Permission = { isHeld: () => true, watch: () => () => undefined };

/** A viewer and what lets it watch. */
interface Seat {
  readonly permission: Permission;
  unwatch: () => void;
}

/** How the connection tells the hub of its viewer. */
export interface Watching {
  /** Something was heard of the viewer. */
  heard(): void;
  left(): void;
}

/**
 * Shows the actor system to viewers. It observes the system only while somebody watches: then each viewer first gets the state of
 * every live actor, parents first, and from there on what happens.
 */
export class Hub {
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #messages: Messages;
  readonly #viewers = new Map<Viewer, Seat>();
  #observed: Observed[] = [];
  #next = 0;
  #seq = 0;
  #observation: { unsubscribe(): void } | null = null;
  #heartbeat: unknown = null;
  #isArmed = false;
  #isClosed = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    this.#messages = new Messages(options.boot, options.root, options.configOf ?? ((machine) => machine.config));
  }

  /** Begins to show the system to a viewer; undefined: its connection was closed, with the reason. */
  join(socket: ViewerSocket, permission = FOR_GOOD): Watching | undefined {
    const { mostViewers, buffering } = this.#limits;
    if (this.#isClosed) {
      socket.close(CLOSE.leaving.code, CLOSE.leaving.reason);
      return undefined;
    }
    if (this.#viewers.size >= mostViewers) {
      socket.close(CLOSE.full.code, CLOSE.full.reason);
      return undefined;
    }
    this.#observe();
    const actors = liveActors(this.#options.root);
    const viewer = new Viewer(socket, actors, this.#messages, buffering, () => {
      this.#arm();
    });
    const seat: Seat = { permission, unwatch: () => undefined };
    this.#viewers.set(viewer, seat);
    seat.unwatch = permission.watch(() => {
      this.#checkPermission(viewer);
    });
    this.#options.log.debug({ viewers: this.#viewers.size }, 'a viewer watches the actors');
    this.#arm();
    return {
      heard: () => {
        viewer.isAlive = true;
      },
      left: () => {
        this.#leave(viewer);
      },
    };
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Ends every connection and takes no more; what viewers have not got by then they do not get. */
  close(): void {
    this.#isClosed = true;
    for (const viewer of this.#viewers.keys()) {
      viewer.socket.close(CLOSE.leaving.code, CLOSE.leaving.reason);
      this.#leave(viewer);
    }
  }

  #checkPermission(viewer: Viewer): void {
    if (this.#viewers.get(viewer)?.permission.isHeld() !== false) return;
    viewer.socket.close(CLOSE.withdrawn.code, CLOSE.withdrawn.reason);
    this.#leave(viewer);
  }

  #leave(viewer: Viewer): void {
    this.#viewers.get(viewer)?.unwatch();
    if (!this.#viewers.delete(viewer)) return;
    this.#options.log.debug({ viewers: this.#viewers.size }, 'a viewer watches the actors no more');
    if (this.#viewers.size > 0) return;
    this.#observation?.unsubscribe();
    this.#observation = null;
    this.#observed = [];
    this.#next = 0;
    this.#options.timers.clearTimeout(this.#heartbeat);
    this.#heartbeat = null;
  }

  #observe(): void {
    if (this.#observation !== null) return;
    this.#observation = this.#options.root.system.inspect((inspected) => {
      this.#take(inspected);
    });
    this.#beat();
  }

  /** Never throws: that would wedge the observed actor for good. */
  #take(inspected: InspectionEvent): void {
    try {
      const observed = observedOf(inspected, this.#seq + 1, this.#options.clock.now());
      if (observed === null) return;
      this.#seq += 1;
      this.#observed.push(observed);
      if (this.#observed.length - this.#next > this.#limits.mostObserved) this.#dropObserved();
      this.#arm();
    } catch (error) {
      this.#options.log.error({ err: error }, 'the inspector could not follow an actor');
    }
  }

  /** More happens than can be told: viewers get the state of the actors instead. */
  #dropObserved(): void {
    const lost = this.#observed.slice(this.#next);
    this.#observed = [];
    this.#next = 0;
    for (const viewer of this.#viewers.keys()) for (const observed of lost) viewer.miss(observed);
  }

  #arm(): void {
    if (this.#isArmed) return;
    this.#isArmed = true;
    (this.#options.yieldTo ?? setImmediate)(() => {
      this.#isArmed = false;
      this.#work();
    });
  }

  /** One slice; goes on in the next turn when there is more to do. */
  #work(): void {
    const elapsed = this.#options.elapsed ?? (() => performance.now());
    const until = elapsed() + this.#limits.sliceMs;
    try {
      while (this.#step()) {
        if (elapsed() < until) continue;
        this.#arm();
        return;
      }
    } catch (error) {
      this.#options.log.error({ err: error }, 'the inspector could not show an actor');
      this.#arm();
    }
  }

  /** In turn one thing that happened and, for each viewer that waits, the state of one actor; false: there is nothing to do. */
  #step(): boolean {
    const observed = this.#shift();
    if (observed !== undefined) this.#tell(observed);
    const waiting = [...this.#viewers.keys()].filter((viewer) => viewer.isWaiting);
    for (const viewer of waiting) viewer.catchUp(this.#present());
    return observed !== undefined || waiting.length > 0;
  }

  #shift(): Observed | undefined {
    const observed = this.#observed[this.#next];
    if (observed === undefined) {
      this.#observed = [];
      this.#next = 0;
    } else this.#next += 1;
    return observed;
  }

  #tell(observed: Observed): void {
    let made: string | null = null;
    const text = (): string => (made ??= this.#messages.of(observed));
    for (const viewer of this.#viewers.keys()) viewer.take(observed, text, this.#present());
  }

  #present(): Present {
    return { at: this.#options.clock.now(), seq: this.#seq };
  }

  /** Ends connections of which nothing was heard for a whole beat: nobody is there any more. */
  #beat(): void {
    const { timers } = this.#options;
    this.#heartbeat = timers.setTimeout(() => {
      this.#beat();
      for (const viewer of this.#viewers.keys()) {
        // So that it does not take somebody else's request to find out.
        this.#checkPermission(viewer);
        if (!viewer.isAlive) {
          viewer.socket.terminate();
          this.#leave(viewer);
          continue;
        }
        viewer.isAlive = false;
        viewer.socket.ping();
      }
    }, this.#limits.heartbeatMs);
  }
}
