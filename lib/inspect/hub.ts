import type { Clock, Timers } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { ActorRoots } from './actor-roots.ts';
import { CLOSE } from './close-codes.ts';
import type { ConfigOf } from './definition.ts';
import { Messages, type MessageForm } from './messages.ts';
import { liveActors, type Observed } from './observed.ts';
import { Observer } from './observer.ts';
import { Slices, type SliceOptions } from './slices.ts';
import { Viewer, type Buffering, type Permission, type ViewerSocket } from './viewer.ts';

/** The limits of a hub; the defaults are for a host. */
export interface HubLimits {
  readonly maxViewers: number;
  readonly buffering: Buffering;
  /** If more observations are waiting to be sent, they are dropped, and viewers get the state of the actors instead. */
  readonly maxObserved: number;
  /** How long messages are created before other work in the process gets its turn. */
  readonly sliceMs: number;
  readonly heartbeatMs: number;
}

const inXState: ConfigOf = (machine) => machine.config;

const MIB = 1024 * 1024;
const LIMITS: HubLimits = {
  maxViewers: 16,
  buffering: { highBytes: MIB, lowBytes: MIB / 4 },
  maxObserved: 5_000,
  sliceMs: 4,
  heartbeatMs: 30_000,
};

/** The dependencies of a hub. */
export interface HubOptions extends Pick<SliceOptions, 'yieldTo' | 'elapsed'> {
  readonly roots: ActorRoots;
  /** The unique id of this run of the host. */
  readonly boot: string;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
  /** How statecharts are shown; default: their XState configuration, without functions. */
  readonly configOf?: ConfigOf;
  readonly limits?: Partial<HubLimits>;
}

/** The permission of a viewer without time limit. */
const UNLIMITED: Permission = { isValid: () => true, watch: () => () => undefined };

/** A viewer and its permission to watch. */
interface ConnectedViewer {
  readonly permission: Permission;
  unwatch: () => void;
}

/** The callbacks of a viewer's connection. */
export interface ViewerHandle {
  /** The viewer has responded. */
  markAlive(): void;
  leave(): void;
}

/**
 * Shows the actor system to viewers. It observes the system only while there are viewers. Each viewer first gets the
 * state of every live actor, parents first, and then everything that happens.
 */
export class Hub {
  readonly #options: HubOptions;
  readonly #limits: HubLimits;
  readonly #messages: Readonly<Record<MessageForm, Messages>>;
  readonly #observer: Observer;
  readonly #slices: Slices;
  readonly #viewers = new Map<Viewer, ConnectedViewer>();
  #heartbeat: unknown = null;
  #isClosed = false;

  constructor(options: HubOptions) {
    const { roots, boot, clock, log, yieldTo, elapsed, configOf = inXState } = options;
    const limits = { ...LIMITS, ...options.limits };
    this.#options = options;
    this.#limits = limits;
    this.#messages = { full: new Messages(boot, 'full', configOf), compact: new Messages(boot, 'compact', configOf) };
    this.#slices = new Slices({
      ...{ sliceMs: limits.sliceMs, log, yieldTo, elapsed },
      step: () => this.#step(),
      onEnd: () => {
        for (const viewer of this.#viewers.keys()) viewer.flush();
      },
    });
    this.#observer = new Observer({
      ...{ roots, clock, log, max: limits.maxObserved },
      onObserved: () => {
        this.#slices.arm();
      },
      // Viewers will get the state of the actors instead.
      onLost: (lost) => {
        for (const viewer of this.#viewers.keys()) for (const observed of lost) viewer.miss(observed);
      },
    });
  }

  /** Starts to show the system to a viewer; undefined: its connection was closed, with the reason. */
  join(socket: ViewerSocket, permission = UNLIMITED, form: MessageForm = 'full'): ViewerHandle | undefined {
    const refusal = this.#refusal();
    if (refusal !== null) {
      socket.close(refusal.code, refusal.reason);
      return undefined;
    }
    if (!this.#observer.isObserving) {
      this.#observer.start();
      this.#beat();
    }
    const viewer = this.#connect(socket, permission, form);
    this.#options.log.debug({ viewers: this.#viewers.size }, 'a viewer connected');
    this.#slices.arm();
    return {
      markAlive: () => {
        viewer.isAlive = true;
      },
      leave: () => {
        this.#leave(viewer);
      },
    };
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Closes all connections and accepts no more; unsent messages are lost. */
  close(): void {
    this.#isClosed = true;
    for (const viewer of this.#viewers.keys()) {
      viewer.socket.close(CLOSE.closing.code, CLOSE.closing.reason);
      this.#leave(viewer);
    }
  }

  #refusal(): (typeof CLOSE)[keyof typeof CLOSE] | null {
    if (this.#isClosed) return CLOSE.closing;
    return this.#viewers.size >= this.#limits.maxViewers ? CLOSE.full : null;
  }

  #connect(socket: ViewerSocket, permission: Permission, form: MessageForm): Viewer {
    const actors = liveActors(this.#options.roots.all);
    const viewer = new Viewer(socket, actors, this.#messages[form], this.#limits.buffering, () => {
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
    this.#options.log.debug({ viewers: this.#viewers.size }, 'a viewer disconnected');
    if (this.#viewers.size > 0) return;
    this.#observer.stop();
    this.#options.timers.clearTimeout(this.#heartbeat);
    this.#heartbeat = null;
  }

  /** Handles one observation and, for each waiting viewer, the state of one actor; false: there was nothing to do. */
  #step(): boolean {
    const observed = this.#observer.take();
    if (observed !== undefined) this.#publish(observed);
    const waiting = [...this.#viewers.keys()].filter((viewer) => viewer.isWaiting);
    for (const viewer of waiting) viewer.catchUp(this.#observer.present);
    return observed !== undefined || waiting.length > 0;
  }

  #publish(observed: Observed): void {
    const texts = new Map<Messages, string>();
    const text = (messages: Messages): string => {
      const made = texts.get(messages) ?? messages.of(observed);
      texts.set(messages, made);
      return made;
    };
    for (const viewer of this.#viewers.keys()) viewer.take(observed, text, this.#observer.present);
  }

  /** Closes connections without a sign of life for a whole heartbeat. */
  #beat(): void {
    this.#heartbeat = this.#options.timers.setTimeout(() => {
      this.#beat();
      for (const viewer of this.#viewers.keys()) {
        // Otherwise only another request would trigger this check.
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
