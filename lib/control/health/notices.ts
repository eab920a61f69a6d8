import type { Notice, NoticeCode } from '../../model/notice.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { HostFiles } from '../../ports/host-files.ts';
import type { Log } from '../../ports/log.ts';
import { RetryingWriter } from '../../ports/retrying-writer.ts';

const FIRST_RETRY_MS = 500;
const SLOWEST_RETRY_MS = 10_000;

export interface NoticesContext {
  readonly files: Pick<HostFiles, 'writeNotices'>;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly log: Log;
}

/** The notices that have not been acknowledged yet. They outlive the host and the database. */
export class Notices {
  readonly #context: NoticesContext;
  readonly #writer: RetryingWriter;
  #notices: readonly Notice[];

  /** `earlier`: those of earlier hosts. */
  constructor(earlier: readonly Notice[], context: NoticesContext) {
    this.#context = context;
    this.#notices = earlier;
    this.#writer = new RetryingWriter({
      write: () => context.files.writeNotices(this.#notices),
      onWritten: () => undefined,
      onFailed: (error) => {
        context.log.warn({ err: error }, 'the notices cannot be written; trying again');
      },
      ...{ firstMs: FIRST_RETRY_MS, slowestMs: SLOWEST_RETRY_MS, timers: context.timers },
    });
  }

  all(): readonly Notice[] {
    return this.#notices;
  }

  /** Adds a notice and writes it as soon as possible. */
  add(code: NoticeCode, message: string): void {
    const { clock, log } = this.#context;
    this.#notices = [...this.#notices, { code, at: clock.now(), message }];
    log.error({ code, notice: message }, 'the host is degraded until this is acknowledged');
    void this.#writer.writeNow();
  }

  /** Removes all notices; returns them. Resolves when that is written, and rejects if it cannot be: then they stay. */
  async acknowledge(): Promise<readonly Notice[]> {
    const acknowledged = this.#notices;
    if (acknowledged.length === 0) return acknowledged;
    await this.#context.files.writeNotices([]);
    this.#notices = this.#notices.filter((notice) => !acknowledged.includes(notice));
    this.#context.log.info({ count: acknowledged.length }, 'the notices were acknowledged');
    return acknowledged;
  }

  close(): void {
    this.#writer.close();
  }
}
