/** What has been opened so far, to be closed in the reverse order when what follows fails. */
export class Undo {
  readonly #steps: (() => Promise<void> | void)[] = [];

  add(step: () => Promise<void> | void): void {
    this.#steps.push(step);
  }

  async all(): Promise<void> {
    for (const step of this.#steps.reverse()) await step();
  }
}
