'use strict';

/** The level that both policies aim for, as a fraction of the tank's height. */
const TARGET = 0.5;

function clampValve(valve) {
  return Math.round(Math.min(1, Math.max(0, valve)) * 1e4) / 1e4;
}

/** The policy of corerl 1.x: opens the valve in proportion to the level above the target. */
function proportional() {
  return ({ level, height }) => ({ valve: clampValve(0.4 + 2 * (level / height - TARGET)), why: 'proportional' });
}

const POSITIONS = [0.1, 0.25, 0.4, 0.55, 0.7];
const LEVELS = 15;
const LEARNING_RATE = 0.1;
const DISCOUNT = 0.8;
const EXPLORATION = 0.05;

/**
 * The policy of corerl 2.x: tabular Q-learning with one row per level and one column per valve position. Initially the
 * table prefers to open the valve when the level is high and to close it when it is low. It is kept in memory, so a
 * restart forgets what was learned.
 */
function qLearning(random = Math.random) {
  const table = Array.from({ length: LEVELS }, (_, row) => {
    const sensible = 0.4 + 2 * (row / (LEVELS - 1) - TARGET);
    return POSITIONS.map((position) => -Math.abs(position - sensible) / 10);
  });
  let last = null;

  function learn(state, share) {
    if (last === null) return;
    const reward = -Math.abs(share - TARGET);
    const row = table[last.state];
    row[last.column] += LEARNING_RATE * (reward + DISCOUNT * Math.max(...table[state]) - row[last.column]);
  }

  return ({ level, height }) => {
    const share = level / height;
    const state = Math.min(LEVELS - 1, Math.floor(share * LEVELS));
    learn(state, share);
    const isTrial = random() < EXPLORATION;
    const row = table[state];
    const column = isTrial ? Math.floor(random() * POSITIONS.length) : row.indexOf(Math.max(...row));
    last = { state, column };
    return { valve: POSITIONS[column], why: isTrial ? 'trial' : 'learned' };
  };
}

module.exports = { proportional, qLearning };
