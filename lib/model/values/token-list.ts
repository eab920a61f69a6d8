/** The least length of a token: with 16 printable characters guessing is hopeless however many attempts a network lets through. */
export const TOKEN_MIN = 16;

/** What an Authorization header can carry as one word. */
const TOKEN = /^[\x21-\x7e]+$/;

/** A list of tokens that cannot be used; the message continues "<where> " and repeats no token. */
export class TokenListError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'TokenListError';
  }
}

/** The tokens of a file: one a line; lines that are empty or begin with `#` say nothing. Throws {@link TokenListError}. */
export function tokensIn(text: string): readonly string[] {
  const lines = text.replace(/^\u{feff}/u, '').split(/\r\n|\r|\n/);
  const tokens = lines.flatMap((line, index) => {
    const token = line.trim();
    return token === '' || token.startsWith('#') ? [] : [checked(token, index + 1)];
  });
  if (tokens.length === 0) throw new TokenListError(`holds no token; give at least ${TOKEN_MIN} characters.`);
  return [...new Set(tokens)];
}

function checked(token: string, line: number): string {
  if (!TOKEN.test(token)) {
    throw new TokenListError(
      `holds a token that no header can carry (line ${line}); give printable ASCII without spaces, one token a line.`,
    );
  }
  if (token.length < TOKEN_MIN) {
    throw new TokenListError(`holds a token that is too short (line ${line}); give at least ${TOKEN_MIN} characters.`);
  }
  return token;
}
