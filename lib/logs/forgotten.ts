import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isId } from '../model/values/ids.ts';
import type { Instant, Millis } from '../model/values/time.ts';
import type { LogLayout } from '../launching/log-layout.ts';

/** How long the output of a deleted service is kept, so that users can still find out why it ended. */
const KEPT_MS: Millis = 7 * 24 * 3_600_000;

/** Removes the output of services that are not `known` and wrote nothing for seven days; returns their names. */
export function removeForgotten({ logs }: LogLayout, known: ReadonlySet<string>, now: Instant): readonly string[] {
  const forgotten = readdirSync(logs).filter((name) => isId(name) && !known.has(name) && isOld(join(logs, name), now));
  for (const name of forgotten) rmSync(join(logs, name), { recursive: true, force: true });
  return forgotten;
}

function isOld(folder: string, now: Instant): boolean {
  const files = readdirSync(folder).map((name) => join(folder, name));
  return [folder, ...files].every((file) => now - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0) > KEPT_MS);
}
