import type { ComparisonView, LaunchView } from '../../api/schemas/launch.ts';

/** Whether somebody may ask why a launch ended. */
export function isFailed({ exit }: LaunchView): boolean {
  return exit !== null && exit.class !== 'clean' && exit.class !== 'stopped';
}

/** How a process ended, in words. */
export function exitWords({ code, signal }: { readonly code: number | null; readonly signal: string | null }): string {
  if (signal !== null) return `killed by ${signal}`;
  return code === null ? 'unknown' : `exit code ${code}`;
}

/** How a launch ended, as short as possible. */
export function endOf({ exit, stable }: LaunchView): string {
  if (exit === null) return 'not ended';
  const how = exitWords(exit);
  const isSaid = exit.class === null || exit.class === 'code' || exit.class === 'signal';
  const notes = [isSaid ? [] : exit.class, stable ? ['was stable'] : []].flat();
  return notes.length === 0 ? how : `${how} (${notes.join(', ')})`;
}

/** What a launch that failed was given in another way than the last stable one, as sentences. */
export function differencesOf({ failed, stable, variables }: ComparisonView): readonly string[] {
  if (stable === null) return ['No launch before the last failed one was stable.'];
  const fields = (['version', 'revision', 'executable'] as const).flatMap((name) =>
    failed[name] === stable[name]
      ? []
      : [`Its ${name} is ${failed[name] ?? 'unknown'}; it was ${stable[name] ?? 'unknown'}.`],
  );
  const names = variables.length === 0 ? [] : [`Variables that differ: ${variables.join(', ')}.`];
  const found = [...fields, ...names];
  return found.length === 0 ? ['Version, revision and variables are the same.'] : found;
}
