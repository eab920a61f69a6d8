/** The middle of the samples; the mean of the two in the middle of an even number. NaN of none. */
export function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Median and range of the figures of several rounds; null of none. */
export function spreadOf(samples) {
  if (samples.length === 0) return null;
  return { median: median(samples), min: Math.min(...samples), max: Math.max(...samples), rounds: samples.length };
}

/**
 * How many times `ours` is `theirs`, round by round, so that what disturbs a whole round disturbs both: both are lists of
 * `{ round, value }`. Rounds that only one has, or in which theirs is 0, do not count. Null without a common round.
 */
export function ratioOf(ours, theirs) {
  const byRound = new Map(theirs.map(({ round, value }) => [round, value]));
  const ratios = ours.flatMap(({ round, value }) => {
    const other = byRound.get(round);
    return other === undefined || other === 0 ? [] : [value / other];
  });
  return spreadOf(ratios);
}

/** The probability that at least `count` of `all` fair coins show heads. */
function chanceOf(count, all) {
  let ways = 1;
  let sum = 0;
  for (let heads = 0; heads <= all; heads += 1) {
    if (heads >= count) sum += ways;
    ways = (ways * (all - heads)) / (heads + 1);
  }
  return sum / 2 ** all;
}

/**
 * Whether a row of a new build is worse than that of its base, from the ratios of their rounds (over 1 is worse):
 * `lost` if the median is worse by more than `tolerance` and so many rounds are worse that chance would do it in at most
 * one of twenty comparisons (sign test); `unclear` if only the median says so, which more rounds may settle; else `kept`.
 */
export function judge(ratios, tolerance) {
  if (ratios.length === 0) return 'unclear';
  if (median(ratios) <= 1 + tolerance) return 'kept';
  const worse = ratios.filter((ratio) => ratio > 1).length;
  return chanceOf(worse, ratios.length) <= 0.05 ? 'lost' : 'unclear';
}
