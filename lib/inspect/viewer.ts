import type { AnyActorRef } from 'xstate';
import type { Instant } from '../model/values/time.ts';
import type { Messages } from './messages.ts';
import { snapshotOf, type Observed, type SeenSnapshot } from './observed.ts';

/** The connection to a viewer. */
export interface ViewerSocket {
  /** The number of bytes that were sent but have not left this process. */
  readonly bufferedAmount: number;
  /** `written` is called when the frame has left this process or is lost. */
  send(frame: string, written: () => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** Destroys the connection. */
  terminate(): void;
}

/** The permission of a viewer to watch. */
export interface Permission {
  /** Whether it is valid now. */
  isValid(): boolean;
  /** Calls the listener when that may have changed, until the returned function is called. */
  watch(listener: () => void): () => void;
}

/** A frame has at most so many characters, or one message. */
const MAX_FRAME = 64 * 1024;

/** The limits above which a viewer counts as slow, and below which it no longer does. */
export interface Buffering {
  readonly highBytes: number;
  readonly lowBytes: number;
}

/** The current time, and the number of the newest observation. */
export interface Present {
  readonly at: Instant;
  readonly seq: number;
}

/**
 * A viewer: the actors that it knows, and those whose state it still has to get, because it has just connected or reads
 * too slowly. Messages that a slow viewer misses are not queued; once it has caught up, it gets the state of each actor
 * of which it missed something.
 */
export class Viewer {
  readonly socket: ViewerSocket;
  readonly #messages: Messages;
  readonly #buffering: Buffering;
  readonly #onDrain: () => void;
  /** For each actor, the number of the newest observation that the viewer has seen. */
  readonly #known = new Map<AnyActorRef, number>();
  readonly #due: Set<AnyActorRef>;
  /** What waits for the next frame, and its length in characters. */
  #waiting: string[] = [];
  #waitingLength = 0;
  #isSlow = false;
  /** Whether the viewer has responded since the last ping. */
  isAlive = true;

  constructor(
    socket: ViewerSocket,
    actors: readonly AnyActorRef[],
    messages: Messages,
    buffering: Buffering,
    onDrain: () => void,
  ) {
    this.socket = socket;
    this.#due = new Set(actors);
    this.#messages = messages;
    this.#buffering = buffering;
    this.#onDrain = onDrain;
  }

  /** Whether there is something to send to it now. */
  get isWaiting(): boolean {
    return !this.#isSlow && this.#due.size > 0;
  }

  /** Sends an observation, or records that the viewer missed it; `text` creates the message on demand. */
  take(observed: Observed, text: (messages: Messages) => string, present: Present): void {
    const { actor, seq, snapshot, at } = observed;
    const seen = this.#known.get(actor);
    if (seen === undefined ? this.#due.has(actor) : seq <= seen) return; // already contained in the state that it has or will get
    if (seen === undefined && snapshot.status !== 'active') return; // ended before the viewer knew it
    if (this.#isSlow) {
      this.#due.add(actor);
      return;
    }
    if (seen === undefined) this.#register(actor, snapshot, at, present);
    this.#known.set(actor, seq);
    this.#send(text(this.#messages));
    this.#forgetIfGone(actor, snapshot);
  }

  /** An observation of the actor was dropped: the viewer will get its state. */
  miss({ actor, snapshot }: Observed): void {
    if (this.#known.has(actor) || snapshot.status === 'active') this.#due.add(actor);
  }

  /** Sends the state of the next actor that is due. */
  catchUp(present: Present): void {
    const [actor] = this.#due;
    if (actor === undefined) return;
    this.#due.delete(actor);
    this.#show(actor, present);
  }

  #show(actor: AnyActorRef, present: Present): void {
    const snapshot = snapshotOf(actor);
    const isNew = !this.#known.has(actor);
    if (isNew) {
      if (snapshot.status !== 'active') return;
      this.#register(actor, snapshot, present.at, present);
    }
    this.#known.set(actor, present.seq);
    if (isNew && this.#messages.form === 'compact') return; // its registration has the snapshot
    this.#send(this.#messages.current(actor, snapshot, present.at));
    this.#forgetIfGone(actor, snapshot);
  }

  /** An actor is never sent before its parent. */
  #register(actor: AnyActorRef, snapshot: SeenSnapshot, at: Instant, present: Present): void {
    const { _parent: parent } = actor;
    if (parent !== undefined && !this.#known.has(parent)) {
      this.#due.delete(parent);
      this.#show(parent, present);
    }
    this.#send(this.#messages.registration(actor, snapshot, at));
  }

  #forgetIfGone(actor: AnyActorRef, { status }: SeenSnapshot): void {
    if (status !== 'active') this.#known.delete(actor);
  }

  /** Sends what waits. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const frame = this.#waiting.join('\n');
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#transmit(frame);
  }

  #send(text: string): void {
    if (this.#messages.form === 'full') {
      this.#transmit(text);
      return;
    }
    if (this.#waitingLength + text.length > MAX_FRAME) this.flush();
    this.#waiting.push(text);
    this.#waitingLength += text.length;
  }

  #transmit(frame: string): void {
    this.socket.send(frame, () => {
      if (!this.#isSlow || this.socket.bufferedAmount > this.#buffering.lowBytes) return;
      this.#isSlow = false;
      this.#onDrain();
    });
    if (this.socket.bufferedAmount > this.#buffering.highBytes) this.#isSlow = true;
  }
}
