const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A number of bytes in a suitable unit. */
export function bytes(count: number): string {
  const power = Math.min(UNITS.length - 1, count < 1 ? 0 : Math.floor(Math.log2(count) / 10));
  const value = count / 2 ** (10 * power);
  return `${value < 10 && power > 0 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[power] ?? ''}`;
}

/** A percentage of one core. */
export function percent(value: number): string {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} %`;
}

/** A number of items: `1 agent`, `2 agents`. `several`: the plural if it has no mere s. */
export function counted(count: number, what: string, several = `${what}s`): string {
  return `${count} ${count === 1 ? what : several}`;
}
