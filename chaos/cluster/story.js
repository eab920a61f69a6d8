import { Dice } from '../dice.js';
import { POINTS as ALL_POINTS, SIGNALS } from '../story.js';
import { drawFault } from './faults.js';

/** Those that a host in front of a cluster reaches. */
const POINTS = Object.fromEntries(Object.entries(ALL_POINTS).filter(([name]) => !name.endsWith('-resume')));
const STEPS = [
  ...Array(5).fill('start'),
  ...Array(2).fill('start-twice'),
  ...Array(4).fill('stop'),
  ...Array(3).fill('bounce'),
  ...Array(4).fill('kill'),
  ...Array(2).fill('kill-shim'),
];
/** The share of the rounds in which the cluster is harmed too. */
const FAULT_PERCENT = 75;

/** The choices of one round: the same for the same seed and round, whatever else happens. */
export function roundOf(seed, round, targets, nodes) {
  const dice = new Dice(`${seed}/cluster/${round}`);
  const services = targets.flatMap((target) => target.services);
  const point = dice.chance(30) ? dice.pick(Object.keys(POINTS)) : null;
  const kill = () => ({ type: 'kill', service: dice.pick(services), signal: dice.pick(SIGNALS) });
  const step = () => {
    const type = dice.pick(STEPS);
    const afterMs = dice.between(0, 1_000);
    if (type === 'kill') return { afterMs, ...kill() };
    if (type === 'kill-shim') return { afterMs, type, service: dice.pick(services) };
    return { afterMs, type, target: dice.below(targets.length) };
  };
  return {
    point,
    crashAt: point === null ? null : `${point}:${dice.between(1, POINTS[point])}`,
    killAfterMs: dice.between(500, 9_000),
    steps: Array.from({ length: dice.between(5, 14) }, step),
    killsWhileDead: Array.from({ length: dice.between(0, 2) }, kill),
    deadMs: dice.between(0, 1_500),
    fault: dice.chance(FAULT_PERCENT) ? drawFault(dice, nodes) : null,
    faultAfterMs: dice.between(0, 3_000),
  };
}
