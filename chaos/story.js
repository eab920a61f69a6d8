import { Dice } from './dice.js';

/** The crash points at which a host can be configured to kill itself, with the maximum count. */
export const POINTS = {
  'after-intention': 2,
  'before-commit': 6,
  'after-commit': 6,
  'mid-recovery': 1,
  'after-restore': 1,
  'mid-resume': 1,
  'after-resume': 1,
  'mid-adoption': 4,
  'after-intent': 2,
  'after-spawn': 2,
  'after-claim': 2,
  'after-exit-record': 2,
  'before-removal': 2,
};

/** All of them end a process that does not handle them. */
export const SIGNALS = ['SIGKILL', 'SIGKILL', 'SIGUSR1', 'SIGHUP'];

const STEPS = [
  ...Array(6).fill('start'),
  ...Array(2).fill('start-twice'),
  ...Array(3).fill('stop'),
  ...Array(2).fill('bounce'),
  ...Array(7).fill('kill'),
];

/** The choices of one round: the same for the same seed and round, whatever else happens. */
export function roundOf(seed, round, targets) {
  const dice = new Dice(`${seed}/round/${round}`);
  const services = targets.flatMap((target) => target.services);
  const isTwins = dice.chance(12);
  const isBootKill = dice.chance(30) && !isTwins;
  const point = dice.chance(40) && !isTwins ? dice.pick(Object.keys(POINTS)) : null;
  const crashAt = point === null ? null : `${point}:${dice.between(1, POINTS[point])}`;
  const kill = () => ({ type: 'kill', service: dice.pick(services), signal: dice.pick(SIGNALS) });
  const step = () => {
    const type = dice.pick(STEPS);
    const what = type === 'kill' ? kill() : { type, target: dice.below(targets.length) };
    return { afterMs: dice.between(0, 90), ...what };
  };
  return {
    isTwins,
    isBootKill,
    point,
    crashAt,
    bootShare: dice.below(1000) / 1000,
    killAfterMs: dice.between(0, 700),
    steps: Array.from({ length: dice.between(4, 14) }, step),
    killsWhileDead: Array.from({ length: dice.between(0, 3) }, kill),
    deadMs: dice.between(0, 250),
    isRelease: dice.chance(8),
    storm: dice.chance(10) ? dice.below(targets.length) : null,
  };
}
