import { Dice } from './dice.js';

/** What is planned for one generation of a service; the draws are those of corechaos.c. */
function planOf(seed, service, generation) {
  const dice = new Dice(`${seed}/${service}/${generation}`);
  const isMortal = dice.chance(35);
  dice.draw(); // how long it lives
  const code = dice.below(100);
  const isStubborn = dice.chance(15);
  const isPolite = dice.chance(50) && !isStubborn;
  return { isMortal, code, isStubborn, isPolite, stopCode: dice.below(100) };
}

/** The codes with which one generation of a service may exit by itself. */
export function codesOf(seed, service, generation) {
  const { isMortal, code, isPolite, stopCode } = planOf(seed, service, generation);
  return [...(isMortal ? [code] : []), ...(isPolite ? [stopCode] : [])];
}

/** The signals that end one generation of a service when it is stopped, unless it exits by itself. */
export function stopSignalsOf(seed, service, generation) {
  const { isStubborn, isPolite } = planOf(seed, service, generation);
  return isStubborn || isPolite ? ['SIGKILL'] : ['SIGTERM'];
}
