/** Closes everything that was opened, in reverse order, if a later step fails. */
export class CleanupStack {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  async all(): Promise<void> {
    for (const step of this.#steps.reverse()) await step();
  }
}
