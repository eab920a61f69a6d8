/** A parsed size, or the reason why the text is not one. */
export type ParsedSize =
  | { readonly type: 'size'; readonly bytes: number }
  | { readonly type: 'invalid'; readonly message: string };

const FORM = /^(\d{1,15})(B|KiB|MiB|GiB)$/;
const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** Parses `65536B`, `256KiB`, `10MiB` or `1GiB`. More than 2^53 bytes is invalid. */
export function parseSize(text: string): ParsedSize {
  const [, amount, unit = ''] = FORM.exec(text) ?? [];
  const bytes = Number(amount) * (UNITS[unit] ?? NaN);
  if (Number.isSafeInteger(bytes)) return { type: 'size', bytes };
  return { type: 'invalid', message: `"${text}" is not a size such as 65536B, 256KiB, 10MiB or 1GiB` };
}

/** Formats bytes in the largest unit that needs no fraction; {@link parseSize} restores the value exactly. */
export function formatSize(bytes: number): string {
  const units = Object.entries(UNITS).reverse();
  const [unit, size] = units.find(([, factor]) => bytes !== 0 && bytes % factor === 0) ?? ['B', 1];
  return `${bytes / size}${unit}`;
}
