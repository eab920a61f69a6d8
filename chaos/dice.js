/** FNV-1a over the characters of an ASCII text; the same as in corechaos.c. */
export function hashOf(text) {
  let hash = 0x811c9dc5;
  for (const char of text) hash = Math.imul(hash ^ char.charCodeAt(0), 0x01000193) >>> 0;
  return hash;
}

/** A small deterministic generator of choices (mulberry32), the same as in corechaos.c. */
export class Dice {
  #state;

  /** Equal texts result in equal sequences. */
  constructor(text) {
    this.#state = hashOf(text);
  }

  /** A whole number below 2 ** 32. */
  draw() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  below(limit) {
    return this.draw() % limit;
  }

  /** A whole number from `low` to `high`, inclusive. */
  between(low, high) {
    return low + this.below(high - low + 1);
  }

  /** True with a probability of `percent` %. */
  chance(percent) {
    return this.below(100) < percent;
  }

  pick(list) {
    return list[this.below(list.length)];
  }
}
