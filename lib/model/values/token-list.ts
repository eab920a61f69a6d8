/** The minimum token length: 16 printable characters cannot be guessed, whatever rate the network allows. */
export const TOKEN_MIN = 16;

/** The characters that an Authorization header can carry in one word. */
const TOKEN = /^[\x21-\x7e]+$/;

/** An unusable token list. The message continues "<where> " and repeats no token. */
export class TokenListError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TokenListError';
  }
}

/** A token and the name of whoever has it; null: nobody is named. */
export interface NamedToken {
  readonly token: string;
  readonly name: string | null;
}

/** `name: token`, with a blank after the colon; without a blank the whole line is a token. */
const NAMED = /^([A-Za-z0-9][A-Za-z0-9._@-]{0,63}):[ \t]+(\S+)$/;

/**
 * The tokens of a file, one per line, each as `token` or `name: token`; empty lines and lines starting with `#` are
 * ignored. A token that is listed twice has its first name. Throws {@link TokenListError}.
 */
export function tokensIn(text: string): readonly NamedToken[] {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r\n|\r|\n/);
  const found = new Map<string, NamedToken>();
  for (const [index, line] of lines.entries()) {
    const entry = line.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const [, name = null, named = entry] = NAMED.exec(entry) ?? [];
    const token = checked(named, index + 1);
    if (!found.has(token)) found.set(token, { token, name });
  }
  if (found.size === 0) throw new TokenListError(`contains no token; add one of at least ${TOKEN_MIN} characters.`);
  return [...found.values()];
}

function checked(token: string, line: number): string {
  if (!TOKEN.test(token)) {
    throw new TokenListError(
      `contains a token that no header can carry (line ${line}); use printable ASCII without spaces, one token per line, with a name as in "anna: TOKEN".`,
    );
  }
  if (token.length < TOKEN_MIN) {
    throw new TokenListError(
      `contains a token that is too short (line ${line}); use at least ${TOKEN_MIN} characters.`,
    );
  }
  return token;
}
