import { Dice } from '../dice.js';
import { clocks } from './clocks.js';
import { copies } from './copies.js';
import { disk } from './disk.js';
import { folders } from './folders.js';
import { launcher } from './launcher.js';
import { namespaces } from './namespaces.js';
import { pids } from './pids.js';
import { records } from './records.js';
import { secondHosts } from './second-hosts.js';
import { shims } from './shims.js';
import { store } from './store.js';

/**
 * A kind of fault.
 *
 * @typedef {object} Fault
 * @property {string} name
 * @property {(options: {shim: string, isRoot: boolean, disk: object | null}) => string | null} missing Why it cannot be done
 *   here; null: it can.
 * @property {(dice: Dice) => Choice} draw What is done, as JSON: equal dice make equal choices.
 * @property {(world: object, choice: Choice) => Promise<Injection | null>} inject Does it; null: nothing was there to hit.
 * @property {(world: object) => object} [hostOptions] How the host of the round is started.
 *
 * @typedef {object} Choice
 * @property {'dead' | 'alive'} moment Without a host, or with one that is ready.
 *
 * @typedef {object} Injection
 * @property {string} how Which form of the fault it is.
 * @property {RegExp | null} sees What the health check has to say within 5 s; null: nothing is required.
 * @property {boolean} [refuses] Commands must get 503 as soon as the health check says so.
 * @property {boolean} [keepsCommandsOut] A command that gets 503 has changed nothing.
 * @property {number} [lastsMs] How long it stays at least, once it has been seen.
 * @property {() => Promise<void>} undo Puts everything right; may start another host.
 */

/** All kinds, in the order of the table. */
const FAULTS = [store, folders, records, disk, shims, launcher, pids, copies, clocks, secondHosts, namespaces];

/** The share of the rounds that have a fault. */
const PERCENT = 60;

/** The kinds that a list names: `all`, `none`, or names with commas. Throws if there is no such kind. */
export function faultsIn(text) {
  if (text === 'all') return FAULTS;
  if (text === 'none' || text === '') return [];
  return text.split(',').map((name) => {
    const found = FAULTS.find((fault) => fault.name === name);
    if (found !== undefined) return found;
    throw new Error(`--faults: there is no kind "${name}". Kinds: ${FAULTS.map((fault) => fault.name).join(', ')}.`);
  });
}

/** The fault of one round, with its choices; null: none. The same for the same seed, round and kinds. */
export function faultOf(seed, round, faults) {
  const dice = new Dice(`${seed}/fault/${round}`);
  if (faults.length === 0 || !dice.chance(PERCENT)) return null;
  const fault = dice.pick(faults);
  return { fault, choice: fault.draw(dice) };
}
