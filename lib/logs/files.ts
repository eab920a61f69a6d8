import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder, type LogLayout } from '../launching/log-layout.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { Instant } from '../model/values/time.ts';
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

/** File systems store times in steps of up to 2 s: a folder that changed longer ago has a new time after its next change. */
const SETTLED_MS = 3_000;

interface Known {
  readonly folder: number;
  readonly changedAt: number;
  readonly launches: readonly StoredLaunch[];
}

/** Remembers the launches that have output: the folder of a service is only read again after it has changed. */
export class KnownLaunches {
  readonly #layout: LogLayout;
  readonly #now: () => Instant;
  readonly #known = new Map<ServiceId, Known>();

  constructor(layout: LogLayout, now: () => Instant = Date.now) {
    this.#layout = layout;
    this.#now = now;
  }

  /** As {@link storedLaunches}. */
  of(serviceId: ServiceId): readonly StoredLaunch[] {
    const stats = statSync(logFolder(this.#layout, serviceId), { throwIfNoEntry: false });
    if (stats === undefined) return [];
    const { ino: folder, ctimeMs: changedAt } = stats;
    const known = this.#known.get(serviceId);
    if (known?.folder === folder && known.changedAt === changedAt) return known.launches;
    const isSettled = this.#now() - changedAt >= SETTLED_MS;
    const launches = storedLaunches(this.#layout, serviceId);
    if (isSettled) this.#known.set(serviceId, { folder, changedAt, launches });
    return launches;
  }

  /** Forgets all other services. */
  keepOnly(services: ReadonlySet<ServiceId>): void {
    for (const serviceId of this.#known.keys()) if (!services.has(serviceId)) this.#known.delete(serviceId);
  }
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
