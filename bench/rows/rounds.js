/** Milliseconds between two readings of `process.hrtime.bigint()`. */
export const msBetween = (from, to) => Number(to - from) / 1e6;

/** The list beginning at another place in each round, so that nobody is always first or always after the same one. */
export function rotated(list, round) {
  const shift = round % list.length;
  const turned = [...list.slice(shift), ...list.slice(0, shift)];
  return Math.floor(round / list.length) % 2 === 1 ? turned.reverse() : turned;
}

/** Opens a stage for each peer at once, calls `use` with them, and closes them. */
export async function onStages({ run, peers }, options, use) {
  const stages = [];
  try {
    for (const peer of peers) stages.push(await run.openStage(peer, options));
    return await use(stages);
  } finally {
    for (const stage of stages) await stage.close();
  }
}

/** Every peer in turn, for each round, on a stage of its own. */
export async function eachInTurn(context, what, options, use) {
  for (let round = 0; round < context.rounds; round += 1) {
    for (const peer of rotated(context.peers, round)) {
      context.progress(`${what}, round ${round + 1} of ${context.rounds}: ${peer.name}`);
      await context.run.onStage(peer, options, (stage) => use(stage, context.round + round));
    }
  }
}
