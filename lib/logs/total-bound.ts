import { readdirSync, statSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isId, parseServiceId, type ServiceId } from '../model/values/ids.ts';
import { filesOf, type KnownLaunches, type StoredLaunch } from './files.ts';
import { launchKey, type LogContext } from './log-context.ts';

/** Services to look into before yielding to other work: a few milliseconds. */
const SLICE = 20;

/** The output of a launch that has ended. */
export interface EndedOutput extends StoredLaunch {
  readonly serviceId: ServiceId;
  readonly bytes: number;
  /** When it was last written to, in milliseconds since 1970. */
  readonly writtenAt: number;
}

/** Bounds all stored output together. */
export class TotalBound {
  readonly #context: LogContext;
  readonly #launches: KnownLaunches;
  /** What launches before the newest of a service take: nobody writes to them. Plain files may be trimmed. */
  #known = new Map<string, EndedOutput>();

  constructor(context: LogContext, launches: KnownLaunches) {
    this.#context = context;
    this.#launches = launches;
  }

  /** The launches to delete so that no more than `totalBytes` are left: those that ended first. Never one that is live. */
  async beyond(totalBytes: number): Promise<readonly EndedOutput[]> {
    const names = readdirSync(this.#context.layout.logs).filter(isId);
    const services = names.map((name) => parseServiceId(name));
    this.#launches.keepOnly(new Set(services));
    const known = new Map<string, EndedOutput>();
    const ended: EndedOutput[] = [];
    let sum = 0;
    for (const [index, serviceId] of services.entries()) {
      if (index % SLICE === SLICE - 1) await nextTurn();
      const launches = this.#launches.of(serviceId);
      for (const launch of launches) {
        const { generation, form } = launch;
        const key = launchKey(serviceId, generation);
        const output = this.#known.get(key) ?? this.#outputOf(serviceId, launch);
        sum += output.bytes;
        const isNewest = launch === launches.at(-1);
        if (!isNewest && form === 'records') known.set(key, output);
        // Two launches of a service never overlap.
        if (!isNewest || this.#context.hasEnded(serviceId, generation)) ended.push(output);
      }
    }
    this.#known = known;
    const beyond: EndedOutput[] = [];
    for (const output of ended.sort((a, b) => a.writtenAt - b.writtenAt)) {
      if (sum <= totalBytes) break;
      beyond.push(output);
      sum -= output.bytes;
    }
    return beyond;
  }

  #outputOf(serviceId: ServiceId, launch: StoredLaunch): EndedOutput {
    let [bytes, writtenAt] = [0, 0];
    for (const file of filesOf(this.#context.layout, serviceId, launch.generation)) {
      const stats = statSync(file, { throwIfNoEntry: false });
      if (stats === undefined) continue; // removed just now
      bytes += Math.min(stats.size, stats.blocks * 512); // a plain file may have a hole
      writtenAt = Math.max(writtenAt, stats.mtimeMs);
    }
    return { ...launch, serviceId, bytes, writtenAt };
  }
}
