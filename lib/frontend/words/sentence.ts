/** The message of an error: for a rejected request, the detail of its problem document. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const INSTANT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g;

/** A sentence of the host with its instants in another form. */
export function withInstants(sentence: string, formed: (iso: string) => string): string {
  return sentence.replaceAll(INSTANT, formed);
}
