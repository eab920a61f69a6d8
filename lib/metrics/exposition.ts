import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Registry } from 'prom-client';
import type { Exposition } from '../ports/meter.ts';
import { linesOf, type Family } from './family.ts';

/** Lines that are written in one go. */
const SLICE = 500;

/** Puts the numbers of a host together, in slices, so that a thousand services hold up no request. */
export class TextExposition implements Exposition {
  readonly #registry: Registry;
  readonly #collect: () => Promise<readonly Family[]>;
  #underWay: Promise<string> | null = null;

  /** `look` gives the families that stand beside the registry, over what is the case now. */
  constructor(registry: Registry, collect: () => Promise<readonly Family[]>) {
    this.#registry = registry;
    this.#collect = collect;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    this.#underWay ??= this.#write().finally(() => (this.#underWay = null));
    return this.#underWay;
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
