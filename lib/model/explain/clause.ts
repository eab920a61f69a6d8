/** Text from elsewhere (an error, the system) as part of a sentence: on one line, without its final full stop. */
export function clauseOf(text: string): string {
  return text.trim().replace(/\s+/g, ' ').replace(/\.$/, '');
}
