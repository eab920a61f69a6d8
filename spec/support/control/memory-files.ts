import type { Notice } from '../../../lib/model/notice.ts';
import type { HostFiles, IntentionCopy } from '../../../lib/ports/host-files.ts';

/** The files next to a store, in memory. */
export class MemoryFiles implements HostFiles {
  copy: IntentionCopy | null = null;
  notices: readonly Notice[] = [];
  /** Set: every write is rejected with it. */
  failure: Error | null = null;
  /** The number of successful writes. */
  writes = 0;

  /** Other files with the same content. */
  forked(): MemoryFiles {
    return Object.assign(new MemoryFiles(), this);
  }

  readIntentions(after: number): Promise<IntentionCopy | null> {
    return Promise.resolve(this.copy !== null && this.copy.seq > after ? this.copy : null);
  }

  writeIntentions(copy: IntentionCopy): Promise<void> {
    return this.#write(() => (this.copy = structuredClone(copy)));
  }

  readNotices(): Promise<readonly Notice[]> {
    return Promise.resolve(this.notices);
  }

  writeNotices(notices: readonly Notice[]): Promise<void> {
    return this.#write(() => (this.notices = notices));
  }

  #write(put: () => void): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure);
    put();
    this.writes += 1;
    return Promise.resolve();
  }
}

/** The same files for a host that may be killed: from then on nothing of it is written. */
export function filesUntilDeath(files: HostFiles, life: AbortSignal): HostFiles {
  const never = new Promise<never>(() => undefined);
  return {
    readIntentions: (after) => files.readIntentions(after),
    readNotices: () => files.readNotices(),
    writeIntentions: (copy) => (life.aborted ? never : files.writeIntentions(copy)),
    writeNotices: (notices) => (life.aborted ? never : files.writeNotices(notices)),
  };
}
