/** A text from elsewhere (an error, a system) as part of a sentence: on one line, without the full stop that it may end with. */
export function clauseOf(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
}
