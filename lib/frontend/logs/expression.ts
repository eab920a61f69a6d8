/** The text as an expression that matches it literally, ignoring case. */
export function literally(text: string): string {
  return `(?i)${escaped(text)}`;
}

/** The same, with attention to case. */
export function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
