import { planRelease, type LaunchBytes } from '../../model/policy/log-retention.ts';
import { LOG_STREAMS, type LogPolicy } from '../../model/values/log-line.ts';
import type { StoredLaunch } from '../files.ts';
import type { LogContext } from '../log-context.ts';
import { logPlaceOf } from './files.ts';
import { PlainOutput } from './plain-output.ts';
import type { Releaser } from './release.ts';

/** What a trim found that the limit has no room for. */
export interface Trimmed {
  /** Launches to delete. */
  readonly launches: readonly StoredLaunch[];
  /** How many files were trimmed. */
  readonly trimmed: number;
}

/** Keeps the plain files of a service within its limit. */
export class PlainTrim {
  readonly #context: LogContext;
  readonly #releaser: Releaser;

  constructor(context: LogContext, releaser: Releaser) {
    this.#context = context;
    this.#releaser = releaser;
  }

  /**
   * Releases the oldest output of these launches, oldest first; those that must go entirely are returned. Readers need
   * everything from the launch `readFrom` on.
   */
  async trim(
    { serviceId, maxBytes }: LogPolicy,
    launches: readonly StoredLaunch[],
    readFrom: number,
    isFirstCheck: boolean,
  ): Promise<Trimmed> {
    const { layout, releasedOffsets, activeReaders } = this.#context;
    const plan = planRelease(this.#bytesOf(serviceId, launches), maxBytes, launches.length);
    for (const { generation, stream, bytes } of plan.releasedOffsets) {
      const { file } = logPlaceOf(layout, serviceId, generation, stream);
      const { head } = releasedOffsets.of(file);
      const target = head + bytes;
      // What a slow reader still needs is kept, but at most `maxBytes` beyond the limit.
      const unread = generation > readFrom ? head : activeReaders.slowest(file);
      await this.#releaser.release(file, Math.min(target, Math.max(unread, target - maxBytes)));
    }
    if (isFirstCheck) await this.#repeat(serviceId, launches);
    const given = launches.filter(({ generation }) => plan.launches.includes(generation));
    return { launches: given, trimmed: plan.releasedOffsets.length };
  }

  #bytesOf(serviceId: LogPolicy['serviceId'], launches: readonly StoredLaunch[]): readonly LaunchBytes[] {
    return launches.map(({ generation }) => {
      const output = new PlainOutput(this.#context, serviceId, generation);
      const [stdout = 0, stderr = 0] = LOG_STREAMS.map((stream) => {
        const end = output.endOf(stream);
        return end === null ? 0 : end - output.startOf(stream);
      });
      return { generation, bytes: { stdout, stderr } };
    });
  }

  async #repeat(serviceId: LogPolicy['serviceId'], launches: readonly StoredLaunch[]): Promise<void> {
    for (const { generation } of launches) {
      for (const stream of LOG_STREAMS) {
        await this.#releaser.repeat(logPlaceOf(this.#context.layout, serviceId, generation, stream).file);
      }
    }
  }
}
