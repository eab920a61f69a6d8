/** The error numbers that Node does not name, as on Linux. */
const UNNAMED: Readonly<Partial<Record<number, readonly [code: string, description: string]>>> = {
  8: ['ENOEXEC', 'exec format error'],
  80: ['ELIBBAD', 'accessing a corrupted shared library'],
  122: ['EDQUOT', 'disk quota exceeded'],
};

/** The code and the description of an error number that Node does not name; null for all others. */
export function unnamedError(errno: number): readonly [code: string, description: string] | null {
  return UNNAMED[errno] ?? null;
}

/** The code of a system error (`ENOENT`); empty if it has none. */
export function systemCodeOf(error: unknown): string {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return '';
  const errno = 'errno' in error && typeof error.errno === 'number' ? unnamedError(-error.errno) : null;
  return errno?.[0] ?? error.code;
}

/** The message of an error; one that Node does not name gets its name. */
export function systemErrorText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replace(/^Unknown system error -(\d+): Unknown system error -\1/, (whole, errno) => {
    const [code, description] = unnamedError(Number(errno)) ?? [];
    return code === undefined || description === undefined ? whole : `${code}: ${description}`;
  });
}
