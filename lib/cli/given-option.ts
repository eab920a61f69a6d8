import type { RawOption } from './raw-options.ts';

/** An option as it was given, else its COREDINATOR_* variable, with the name of either for messages. */
export function givenOption(value: string | undefined, flag: string, env: NodeJS.ProcessEnv): RawOption | undefined {
  if (value !== undefined) return { values: [value], source: flag };
  const source = `COREDINATOR_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`;
  const text = env[source]?.trim() ?? '';
  return text === '' ? undefined : { values: [text], source };
}
