import type { AnyActorRef } from 'xstate';
import type { Instant } from '../model/values/time.ts';
import type { Messages } from './messages.ts';
import { snapshotOf, type Observed, type SeenSnapshot } from './observed.ts';

/** The connection to a viewer. */
export interface ViewerSocket {
  /** What was sent and has not left this process, in bytes. */
  readonly bufferedAmount: number;
  /** `written` is called when the text has left this process, or never will. */
  send(text: string, written: () => void): void;
  ping(): void;
  close(code: number, reason: string): void;
  /** Cuts the connection. */
  terminate(): void;
}

/** What lets a viewer watch. */
export interface Permission {
  /** Whether it does so now. */
  isValid(): boolean;
  /** Tells the listener when that may have changed, until the function that it gives is called. */
  watch(listener: () => void): () => void;
}

/** From when on a viewer counts as slow, and until when. */
export interface Buffering {
  readonly highBytes: number;
  readonly lowBytes: number;
}

/** The time as viewers are told, and the number of the newest thing that was observed. */
export interface Present {
  readonly at: Instant;
  readonly seq: number;
}

/**
 * One viewer: which actors it knows, and of which it is due the current state, be it that it has just come or that it reads too
 * slowly. What a slow viewer misses is never kept; it gets each actor of which it missed something anew when it has caught up.
 */
export class Viewer {
  readonly socket: ViewerSocket;
  readonly #messages: Messages;
  readonly #buffering: Buffering;
  readonly #onDrain: () => void;
  /** By actor, the newest thing that the viewer has seen of it. */
  readonly #known = new Map<AnyActorRef, number>();
  readonly #due: Set<AnyActorRef>;
  #isSlow = false;
  /** Whether anything was heard of it since it was last asked. */
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

  /** Whether it is due something that can be sent now. */
  get isWaiting(): boolean {
    return !this.#isSlow && this.#due.size > 0;
  }

  /** Sends what happened, or notes that the viewer missed it; `text` makes the message when it is needed. */
  take(observed: Observed, text: () => string, present: Present): void {
    const { actor, seq, snapshot, at } = observed;
    const seen = this.#known.get(actor);
    if (seen === undefined ? this.#due.has(actor) : seq <= seen) return; // the state that it gets, or has got, holds that already
    if (seen === undefined && snapshot.status !== 'active') return; // it is gone before the viewer heard of it
    if (this.#isSlow) {
      this.#due.add(actor);
      return;
    }
    if (seen === undefined) this.#register(actor, snapshot, at, present);
    this.#known.set(actor, seq);
    this.#send(text());
    this.#forgetIfGone(actor, snapshot);
  }

  /** What was observed of the actor is lost: the viewer will get its state. */
  miss({ actor, snapshot }: Observed): void {
    if (this.#known.has(actor) || snapshot.status === 'active') this.#due.add(actor);
  }

  /** Sends the state of the next actor that it is due. */
  catchUp(present: Present): void {
    const [actor] = this.#due;
    if (actor === undefined) return;
    this.#due.delete(actor);
    this.#show(actor, present);
  }

  #show(actor: AnyActorRef, present: Present): void {
    const snapshot = snapshotOf(actor);
    if (!this.#known.has(actor)) {
      if (snapshot.status !== 'active') return;
      this.#register(actor, snapshot, present.at, present);
    }
    this.#known.set(actor, present.seq);
    this.#send(this.#messages.current(actor, snapshot, present.at));
    this.#forgetIfGone(actor, snapshot);
  }

  /** An actor is never heard of before its parent. */
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

  #send(text: string): void {
    this.socket.send(text, () => {
      if (!this.#isSlow || this.socket.bufferedAmount > this.#buffering.lowBytes) return;
      this.#isSlow = false;
      this.#onDrain();
    });
    if (this.socket.bufferedAmount > this.#buffering.highBytes) this.#isSlow = true;
  }
}
