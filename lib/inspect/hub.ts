import type { AnyActorRef } from 'xstate';
import type { Clock, Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { CLOSE } from './close-codes.ts';
import type { ConfigOf } from './definition.ts';
import { Messages } from './messages.ts';
import { liveActors, type Observed } from './observed.ts';
import { Observer } from './observer.ts';
import { Slices, type SliceOptions } from './slices.ts';
import { Viewer, type Buffering, type Permission, type ViewerSocket } from './viewer.ts';

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
export interface HubOptions extends Pick<SliceOptions, 'yieldTo' | 'elapsed'> {
  readonly root: AnyActorRef;
  /** Which run of a host this is; no other has the same. */
  readonly boot: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** How the statecharts are shown; default: as XState was given them, without functions. */
  readonly configOf?: ConfigOf;
  readonly limits?: Partial<HubLimits>;
}

/** Of a viewer who may watch for as long as it likes. */
const FOR_GOOD: Permission = { isValid: () => true, watch: () => () => undefined };

/** A viewer and what lets it watch. */
interface ConnectedViewer {
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
  readonly #observer: Observer;
  readonly #slices: Slices;
  readonly #viewers = new Map<Viewer, ConnectedViewer>();
  #heartbeat: unknown = null;
  #isClosed = false;

  constructor(options: HubOptions) {
    const { root, clock, log, yieldTo, elapsed } = options;
    const limits = { ...LIMITS, ...options.limits };
    this.#options = options;
    this.#limits = limits;
    this.#messages = new Messages(options.boot, root, options.configOf ?? ((machine) => machine.config));
    this.#slices = new Slices(() => this.#step(), { sliceMs: limits.sliceMs, log, yieldTo, elapsed });
    this.#observer = new Observer({
      ...{ root, clock, log, most: limits.mostObserved },
      onObserved: () => {
        this.#slices.arm();
      },
      // Viewers get the state of the actors instead.
      onLost: (lost) => {
        for (const viewer of this.#viewers.keys()) for (const observed of lost) viewer.miss(observed);
      },
    });
  }

  /** Begins to show the system to a viewer; undefined: its connection was closed, with the reason. */
  join(socket: ViewerSocket, permission = FOR_GOOD): Watching | undefined {
    const refusal = this.#refusal();
    if (refusal !== null) {
      socket.close(refusal.code, refusal.reason);
      return undefined;
    }
    if (!this.#observer.isObserving) {
      this.#observer.start();
      this.#beat();
    }
    const viewer = this.#connect(socket, permission);
    this.#options.log.debug({ viewers: this.#viewers.size }, 'a viewer watches the actors');
    this.#slices.arm();
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

  #refusal(): (typeof CLOSE)[keyof typeof CLOSE] | null {
    if (this.#isClosed) return CLOSE.leaving;
    return this.#viewers.size >= this.#limits.mostViewers ? CLOSE.full : null;
  }

  #connect(socket: ViewerSocket, permission: Permission): Viewer {
    const actors = liveActors(this.#options.root);
    const viewer = new Viewer(socket, actors, this.#messages, this.#limits.buffering, () => {
      this.#slices.arm();
    });
    const connected: ConnectedViewer = { permission, unwatch: () => undefined };
    this.#viewers.set(viewer, connected);
    connected.unwatch = permission.watch(() => {
      this.#checkPermission(viewer);
    });
    return viewer;
  }

  #checkPermission(viewer: Viewer): void {
    if (this.#viewers.get(viewer)?.permission.isValid() !== false) return;
    viewer.socket.close(CLOSE.withdrawn.code, CLOSE.withdrawn.reason);
    this.#leave(viewer);
  }

  #leave(viewer: Viewer): void {
    this.#viewers.get(viewer)?.unwatch();
    if (!this.#viewers.delete(viewer)) return;
    this.#options.log.debug({ viewers: this.#viewers.size }, 'a viewer watches the actors no more');
    if (this.#viewers.size > 0) return;
    this.#observer.stop();
    this.#options.timers.clearTimeout(this.#heartbeat);
    this.#heartbeat = null;
  }

  /** In turn one thing that happened and, for each viewer that waits, the state of one actor; false: there is nothing to do. */
  #step(): boolean {
    const observed = this.#observer.take();
    if (observed !== undefined) this.#tell(observed);
    const waiting = [...this.#viewers.keys()].filter((viewer) => viewer.isWaiting);
    for (const viewer of waiting) viewer.catchUp(this.#observer.present);
    return observed !== undefined || waiting.length > 0;
  }

  #tell(observed: Observed): void {
    let made: string | null = null;
    const text = (): string => (made ??= this.#messages.of(observed));
    for (const viewer of this.#viewers.keys()) viewer.take(observed, text, this.#observer.present);
  }

  /** Ends connections of which nothing was heard for a whole beat: nobody is there any more. */
  #beat(): void {
    this.#heartbeat = this.#options.timers.setTimeout(() => {
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
