/** Uniform in [0, 1). */
export type Dice = () => number;

/** The same sequence for the same seed (mulberry32). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One of the choices, all equally likely. */
export function pick<T>(dice: Dice, choices: readonly T[]): T {
  return choices[Math.floor(dice() * choices.length)]!;
}
