import type { LaunchId } from '../../model/values/ids.ts';
import type { Log } from '../../ports/log.ts';
import { runFolder, type Layout } from '../files/layout.ts';
import { isLiving, type Identity } from '../os/process-identity.ts';
import { watchAlive, type AliveListener, type AlivePipe } from './alive-pipe.ts';
import type { LivenessPoll, PollMember } from './liveness-poll.ts';

/** The tree of a native shim. */
export interface PipedTree extends PollMember {
  readonly launchId: LaunchId;
  readonly shim: Identity;
}

export interface ShimPipeContext {
  readonly layout: Layout;
  readonly livenessPoll: LivenessPoll;
  readonly log: Log;
}

/** The pipe that shows whether a native shim is alive; while it cannot be used, the process of the shim is polled. */
export class ShimPipe {
  readonly #tree: PipedTree;
  readonly #context: ShimPipeContext;
  readonly #listener: AliveListener;
  #pipe: AlivePipe | null = null;

  constructor(tree: PipedTree, context: ShimPipeContext, listener: AliveListener) {
    this.#tree = tree;
    this.#context = context;
    this.#listener = listener;
  }

  get isOpen(): boolean {
    return this.#pipe !== null;
  }

  /**
   * Opens it, and reports at once if the shim has exited. A pipe that is missing or has no writer shows that only if
   * the shim is not alive, because the state directory may have been moved or copied.
   */
  open(): void {
    const { launchId, shim } = this.#tree;
    try {
      this.#pipe = watchAlive(runFolder(this.#context.layout, launchId), {
        ...this.#listener,
        gone: () => {
          this.#pipe = null;
          this.#listener.gone();
        },
      });
      if (this.#pipe === null && isLiving(shim)) {
        this.#poll('The pipe of a shim is missing or is not its own; the process of the shim is polled instead.');
        return;
      }
    } catch (error) {
      this.#poll('The pipe of a shim cannot be opened; the process of the shim is polled instead.', error);
      return;
    }
    if (this.#pipe === null) this.#listener.gone();
    else this.#context.livenessPoll.delete(this.#tree);
  }

  #poll(message: string, error?: unknown): void {
    if (!this.#context.livenessPoll.add(this.#tree)) return;
    this.#context.log.warn({ err: error, launchId: this.#tree.launchId, shim: this.#tree.shim.pid }, message);
  }

  close(): void {
    this.#pipe?.close();
    this.#pipe = null;
  }
}
