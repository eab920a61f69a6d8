/** The body of a JSON answer. It ends its line, so that a terminal shows what follows on the next one. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
