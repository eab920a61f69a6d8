import type { AnyActorRef } from 'xstate';

/** The roots of all actor systems of a host: the supervisor, and each webhook, which come and end at any time. */
export class ActorRoots {
  readonly #roots = new Set<AnyActorRef>();
  readonly #listeners = new Set<() => void>();

  get all(): readonly AnyActorRef[] {
    return [...this.#roots];
  }

  /** Call it before the actor starts, so that its first events are seen, and the returned function once it has ended. */
  add(root: AnyActorRef): () => void {
    this.#roots.add(root);
    this.#notify();
    return () => {
      if (this.#roots.delete(root)) this.#notify();
    };
  }

  /** Calls the listener after each change, until the returned function is called. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }
}
