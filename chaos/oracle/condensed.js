import { endText } from './views.js';

/**
 * The exits that the host no longer stores: of the older ones of a service that ended alike, it keeps the first and the
 * last of a day, and says with the last one how many were between them.
 */
export class CondensedExits {
  #byService = new Map();

  /** `exits`: the stored events of exits. */
  constructor(exits) {
    for (const { service_id: service, detail, repeated = 0 } of exits) {
      const exit = { generation: detail.generation, end: endText(detail), left: repeated };
      this.#byService.set(service, [...(this.#byService.get(service) ?? []), exit]);
    }
  }

  /** Whether one of them is the exit of this launch, with one of these ends; each is taken once. */
  take({ service, generation }, possible) {
    const exits = this.#byService.get(service) ?? [];
    const last = exits.find(
      (exit) =>
        exit.left > 0 &&
        exit.generation > generation &&
        possible.includes(exit.end) &&
        exits.some((first) => first.generation < generation && first.end === exit.end),
    );
    if (last === undefined) return false;
    last.left -= 1;
    return true;
  }
}
