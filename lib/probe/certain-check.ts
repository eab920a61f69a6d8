import type { Millis } from '../model/values/time.ts';
import type { Check, EndCheck, Outcome } from './check.ts';

/** A check whose result is unknown while it is in doubt whether its process lives. */
export class CertainCheck implements Check {
  readonly #check: Check;
  readonly #isInDoubt: () => boolean;

  constructor(check: Check, isInDoubt: () => boolean) {
    this.#check = check;
    this.#isInDoubt = isInDoubt;
  }

  begin(timeoutMs: Millis, done: (outcome: Outcome | null) => void): EndCheck {
    const end = this.#check.begin(timeoutMs, (outcome) => {
      done(this.#known(outcome));
    });
    return () => this.#known(end());
  }

  #known(outcome: Outcome | null): Outcome | null {
    return this.#isInDoubt() ? null : outcome;
  }

  close(): void {
    this.#check.close();
  }
}
