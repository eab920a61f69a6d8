import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import type { FollowedEvent } from '../../../lib/client/client.ts';
import type { FeedInput } from '../../../lib/frontend/feed/machine.ts';
import { healthOf, instant, serviceOf } from './views.ts';

/** A host whose stream and answers the spec plays. */
export class PlayedHost {
  services: readonly ServiceView[] = [serviceOf('pump1-corerl', { since: instant(1) })];
  /** Those who wait for a list of services; null: it is given at once. */
  waiting: (() => void)[] | null = null;
  /** Whether it lets in; false: it wants to know who asks. */
  isOpen = true;
  asked = 0;
  listed = 0;
  gotten: string[] = [];
  health = healthOf();
  /** Whether it answers. */
  isFrozen = false;
  #told: FollowedEvent[] = [];
  #wake: () => void = () => undefined;
  #failure: Error | null = null;
  onConnection: (now: 'open' | 'lost') => void = () => undefined;
  follows = 0;

  tell(...told: readonly FollowedEvent[]): void {
    this.#told.push(...told);
    this.#wake();
  }

  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  readonly client: FeedInput['client'] = {
    followEvents: (args) => {
      this.follows += 1;
      this.onConnection = args?.onConnection ?? this.onConnection;
      return this.#stream();
    },
    listAgents: () => Promise.resolve({ agents: [], next: null }),
    listServices: async () => {
      this.listed += 1;
      const { services, waiting } = this;
      if (waiting !== null) await new Promise<void>((resolve) => waiting.push(resolve));
      return { services, next: null };
    },
    getAgent: () => Promise.reject(new Error('nobody asks for an agent here')),
    getService: ({ id }) => {
      this.gotten.push(id);
      return Promise.resolve(this.services.find((service) => service.id === id) ?? serviceOf(id));
    },
    getHealth: () => (this.isFrozen ? new Promise(() => undefined) : Promise.resolve(this.health)),
    getSession: () => {
      this.asked += 1;
      return this.isOpen
        ? Promise.resolve({ signed_in_by: 'cookie', scope: 'full' })
        : Promise.reject(new Error('This host wants a token.'));
    },
  };

  async *#stream(): AsyncGenerator<FollowedEvent> {
    for (;;) {
      const next = this.#told.shift();
      if (next !== undefined) yield next;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
      if (this.#failure !== null) {
        const failure = this.#failure;
        this.#failure = null;
        throw failure;
      }
    }
  }
}
