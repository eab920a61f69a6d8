import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, type LogLayout } from '../launching/log-layout.ts';
import type { ServiceId } from '../model/values/ids.ts';
import { codeOf } from './error-code.ts';

/** A launch that has files with output. */
export interface StoredLaunch {
  readonly generation: number;
  /** `plain`: a file for each stream, as it was written. `records`: a log of records. */
  readonly form: 'plain' | 'records';
}

const NAME_FORM = /^(\d{1,15})\.(?:(stdout|stderr)|\d{15}\.log|gaps)$/;

/** The launches of a service that have output, oldest first; empty if it has never written anything. */
export function storedLaunches(layout: LogLayout, serviceId: ServiceId): readonly StoredLaunch[] {
  const found = new Map<number, StoredLaunch>();
  for (const name of namesIn(logFolder(layout, serviceId))) {
    const [, digits, stream] = NAME_FORM.exec(name) ?? [];
    if (digits === undefined) continue;
    const generation = Number(digits);
    if (stream !== undefined) found.set(generation, { generation, form: 'plain' });
    else if (!found.has(generation)) found.set(generation, { generation, form: 'records' });
  }
  return [...found.values()].sort((a, b) => a.generation - b.generation);
}

/** The files of one launch, with those next to its output, oldest output first. */
export function filesOf(layout: LogLayout, serviceId: ServiceId, generation: number): readonly string[] {
  const folder = logFolder(layout, serviceId);
  const names = namesIn(folder).filter((name) => name.startsWith(`${generation}.`));
  return [...names].sort().map((name) => join(folder, name));
}

/** The names in a folder; none if it does not exist. */
export function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
