import { StoreUnavailableError, HostClosingError } from '../../../lib/model/errors.ts';
import type { LaunchId } from '../../../lib/model/values/ids.ts';
import type { Control } from '../../../lib/control/control.ts';
import { isRefusal } from '../walks/host-world.ts';
import { commandOf, type CommandStep } from '../walks/walk-commands.ts';
import type { Plant } from '../walks/walk-plant.ts';

/** A command as its sender knows it: `asked` has no answer (yet), `refused` was answered with an error. */
export interface Given {
  readonly key: string;
  readonly step: CommandStep;
  /** What the configuration said when it was given. */
  readonly plant: Plant;
  readonly status: 'asked' | 'done' | 'refused';
  /** The keys of those that were given before it and had no answer then: either may come first. */
  readonly beside: readonly string[];
  /** The launches that it asks to be replaced. */
  readonly replaces: readonly LaunchId[];
}

/** Whoever gives commands, each with an idempotency key; outlives the hosts that get them. */
export class Client {
  given: readonly Given[];
  /** Errors that no command may be answered with. */
  wrong: readonly string[] = [];
  version = 0;

  constructor(given: readonly Given[] = []) {
    this.given = given;
  }

  forked(): Client {
    return Object.assign(new Client(this.given), { wrong: this.wrong, version: this.version });
  }

  add(given: Omit<Given, 'key' | 'status' | 'beside'>): Given {
    const beside = this.given.filter(({ status }) => status === 'asked').map(({ key }) => key);
    const one = { ...given, beside, key: `key-${this.given.length + 1}`, status: 'asked' } as const;
    this.given = [...this.given, one];
    this.version += 1;
    return one;
  }

  /** Sends it to a host, and waits for the answer. */
  async send({ key, step }: Given, host: Control): Promise<void> {
    const begun = await host.beginOnce(key, key);
    if (begun.type === 'answered') {
      this.#settle(key, 'done');
      return;
    }
    const { claim } = begun;
    try {
      await commandOf(step)(host, { correlationId: key, claim });
      await host.endOnce(claim, { status: 200, headers: {}, body: null });
      this.#settle(key, 'done');
    } catch (error) {
      await host.endOnce(claim, null);
      if (error instanceof HostClosingError) return; // it may have been saved
      this.#settle(key, 'refused');
      if (!isRefusal(error) && !(error instanceof StoreUnavailableError))
        this.wrong = [...this.wrong, `${step.do} was refused with ${String(error)}`];
    }
  }

  #settle(key: string, status: Given['status']): void {
    this.given = this.given.map((one) => (one.key === key ? { ...one, status } : one));
    this.version += 1;
  }
}
