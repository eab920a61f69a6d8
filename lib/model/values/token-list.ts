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

/**
 * The tokens of a file, one per line; empty lines and lines starting with `#` are ignored. Throws {@link
 * TokenListError}.
 */
export function tokensIn(text: string): readonly string[] {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r\n|\r|\n/);
  const tokens = lines.flatMap((line, index) => {
    const token = line.trim();
    return token === '' || token.startsWith('#') ? [] : [checked(token, index + 1)];
  });
  if (tokens.length === 0) throw new TokenListError(`contains no token; add one of at least ${TOKEN_MIN} characters.`);
  return [...new Set(tokens)];
}

function checked(token: string, line: number): string {
  if (!TOKEN.test(token)) {
    throw new TokenListError(
      `contains a token that no header can carry (line ${line}); use printable ASCII without spaces, one token per line.`,
    );
  }
  if (token.length < TOKEN_MIN) {
    throw new TokenListError(
      `contains a token that is too short (line ${line}); use at least ${TOKEN_MIN} characters.`,
    );
  }
  return token;
}
