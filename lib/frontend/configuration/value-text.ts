/** A value of a configuration in a comparison. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return '(not set)';
  return typeof value === 'string' && value !== '' ? value : JSON.stringify(value);
}
