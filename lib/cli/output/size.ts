const UNITS = ['K', 'M', 'G', 'T'] as const;

/** An amount of memory in one short word, in powers of 1024: `512K`, `70M`, `1.5G`. */
export function memorySize(bytes: number): string {
  let amount = bytes / 1024;
  for (const unit of UNITS) {
    if (amount < 1_000) return `${amount < 10 && unit !== 'K' ? amount.toFixed(1) : Math.round(amount)}${unit}`;
    amount /= 1024;
  }
  return `${Math.round(amount)}P`;
}
