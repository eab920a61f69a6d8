/**
 * How much a spec does of what it draws at random or repeats: in `npm test` what is usual, with THOROUGH=1 in the environment
 * what is thorough. Kinds are never left out, only repetitions of them.
 */
export function effort(usual: number, thorough: number): number {
  return process.env['THOROUGH'] === '1' ? thorough : usual;
}
