import type { Problem } from '../../api/schemas/problem.ts';

/** What a problem tells clients of the API to do, and what it comes to on a command line. */
const SPOKEN: readonly (readonly [RegExp, string])[] = [
  [/GET \/api\/agents\/ lists/, '`coredinator agents list` shows'],
  [/GET \/api\/services lists/, '`coredinator services list` shows'],
  [/send "Authorization: Bearer <token>"/, 'give it with --token-file, or in COREDINATOR_TOKEN'],
  [/(does not know the token that was sent)\./, '$1; give the right one with --token-file, or in COREDINATOR_TOKEN.'],
  [/(The token that was sent) allows no \w+ request\./, '$1 may only read; give one with full access.'],
];

/** The fields of requests that users give by an option of their own. */
const FLAGS: Readonly<Partial<Record<string, string>>> = {
  agent_id: '--agent-id',
  coreio_id: '--coreio-id',
  if_exit: '--if-exit',
  type: '--type',
};

/** A problem as a command line says it: its sentence, and a line for each field that it does not name. */
export function spokenProblem({ title, detail = title, errors = [] }: Partial<Problem>): string {
  const flags = errors.map(({ path }) => FLAGS[path]);
  if (errors.length > 0 && flags.every((flag) => flag !== undefined)) {
    return errors.map(({ message }, at) => `${flags[at] ?? ''}: ${message}.`).join('\n');
  }
  const sentence = SPOKEN.reduce((text, [api, spoken]) => text.replace(api, spoken), detail ?? '');
  return [sentence, ...errors.flatMap((issue) => lineOf(issue, sentence))].join('\n');
}

function lineOf(
  { path, message, line, column }: NonNullable<Problem['errors']>[number],
  sentence: string,
): readonly string[] {
  if (line === undefined && sentence.includes(message)) return [];
  const place = line === undefined ? '' : `${line}:${column ?? 1}: `;
  return [`  ${place}${path === '' ? '' : `${path}: `}${message}`];
}
