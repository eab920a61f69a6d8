/** What an error says: of a refusal by the host, the sentence of its problem document. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
