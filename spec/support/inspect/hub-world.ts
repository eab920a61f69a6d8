import { ActorRoots } from '../../../lib/inspect/actor-roots.ts';
import { Hub, type HubLimits, type ViewerHandle } from '../../../lib/inspect/hub.ts';
import type { MessageForm } from '../../../lib/inspect/messages.ts';
import type { Permission } from '../../../lib/inspect/viewer.ts';
import { ActorWorld } from '../actors/actor-world.ts';
import { recordingLog } from '../control/control-world.ts';
import { FakeViewerSocket } from './fake-viewer-socket.ts';

/** An actor system on fakes with a hub whose slices are run by the spec. */
export class HubWorld extends ActorWorld {
  readonly log = recordingLog();
  readonly hub: Hub;
  readonly roots = new ActorRoots();
  /** The number of observers of the system. */
  observers = 0;
  /** The number of completed slices. */
  slices = 0;
  readonly #slices: (() => void)[] = [];
  #elapsed = 0;

  /** `stepMs` is how long each step of a slice takes. */
  constructor(limits: Partial<HubLimits> = {}, stepMs = 0) {
    super();
    this.#countObservers();
    this.roots.add(this.root);
    this.hub = new Hub({
      ...{ roots: this.roots, boot: 'run1', clock: this.clock, timers: this.timers, log: this.log, limits },
      yieldTo: (goOn) => this.#slices.push(goOn),
      elapsed: () => (this.#elapsed += stepMs),
    });
  }

  /** Adds a viewer; `sent` are the messages that it gets before the hub does anything else. */
  watch(
    permission?: Permission,
    form?: MessageForm,
  ): { readonly socket: FakeViewerSocket; readonly handle: ViewerHandle | undefined } {
    const socket = new FakeViewerSocket();
    const handle = this.hub.join(socket, permission, form);
    return { socket, handle };
  }

  /** Runs one slice, if there is one to run. */
  slice(): void {
    const slice = this.#slices.shift();
    if (slice === undefined) return;
    this.slices += 1;
    slice();
  }

  get isIdle(): boolean {
    return this.#slices.length === 0;
  }

  /** Runs slices until there is nothing left to send. */
  work(): void {
    while (!this.isIdle) this.slice();
  }

  #countObservers(): void {
    const { system } = this.root;
    const inspect = system.inspect.bind(system);
    system.inspect = (observer) => {
      this.observers += 1;
      const observation = inspect(observer);
      return {
        unsubscribe: () => {
          this.observers -= 1;
          observation.unsubscribe();
        },
      };
    };
  }
}
