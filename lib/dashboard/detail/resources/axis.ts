/** How much of the axis a chart at least leaves free above its values. */
const HEADROOM = 1.05;

/** The top of an axis in bytes: a multiple of a quarter of a power of two, so that its half is a round number too. */
export function topBytes(max: number): number {
  const step = 2 ** Math.max(10, Math.floor(Math.log2(Math.max(1, max)))) / 4;
  return Math.ceil((max * HEADROOM) / step) * step || step;
}

/** The top of an axis in percent: 1, 2 or 5 times a power of ten, from 1. */
export function topPercent(max: number): number {
  const wanted = Math.max(1, max * HEADROOM);
  const power = 10 ** Math.floor(Math.log10(wanted));
  return ([1, 2, 5, 10].find((times) => times * power >= wanted) ?? 10) * power;
}
