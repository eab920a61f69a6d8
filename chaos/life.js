import { Dice } from './dice.js';

/** The codes with which one generation of a service may exit by itself; the draws are those of corechaos.c. */
export function codesOf(seed, service, generation) {
  const dice = new Dice(`${seed}/${service}/${generation}`);
  const isMortal = dice.chance(35);
  dice.draw(); // how long it lives
  const code = dice.below(100);
  const isStubborn = dice.chance(15);
  const isPolite = dice.chance(50);
  const stopCode = dice.below(100);
  return [...(isMortal ? [code] : []), ...(isPolite && !isStubborn ? [stopCode] : [])];
}
