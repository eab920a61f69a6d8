/** The message of an error: for a rejected request, the detail of its problem document. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
