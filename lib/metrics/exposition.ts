import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Exposition } from '../ports/meter.ts';
import { linesOf, type Family } from './family.ts';

/** How many lines are written per turn of the event loop. */
const SLICE = 500;

/** Assembles the metrics of a host in slices, so that a thousand services do not delay requests. */
export class TextExposition implements Exposition {
  readonly #registry: Registry;
  readonly #collect: () => Promise<readonly Family[]>;
  #inProgress: Promise<string> | null = null;

  /** `collect` returns the families outside the registry, with their current values. */
  constructor(registry: Registry, collect: () => Promise<readonly Family[]>) {
    this.#registry = registry;
    this.#collect = collect;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    this.#inProgress ??= this.#write().finally(() => (this.#inProgress = null));
    return this.#inProgress;
  }

  async #write(): Promise<string> {
    const families = await this.#collect();
    const parts: string[] = [];
    for (const { name } of this.#registry.getMetricsAsArray()) {
      parts.push(await this.#registry.getSingleMetricAsString(name));
      await nextTurn();
    }
    for (const family of families) parts.push(await written(family));
    return `${parts.join('\n\n')}\n`;
  }
}

async function written(family: Family): Promise<string> {
  const lines: string[] = [];
  for (const line of linesOf(family)) {
    lines.push(line);
    if (lines.length % SLICE === 0) await nextTurn();
  }
  return lines.join('\n');
}
