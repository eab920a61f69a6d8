import type { ServiceId } from '../model/values/ids.ts';
import type { LogBatch, LogItem, ServiceLogItem } from '../model/values/log-line.ts';
import type { Batches } from './launch-output.ts';
import type { WalkEvents } from './walk.ts';

/** How long a new line waits for earlier ones of other services, in milliseconds. */
const HOLD_MS = 50;
/** What was written longer ago does not wait: a service about whose output nothing is known by then has not written. */
const OLD_MS = 1_000;
/** While following, how long the others wait for a service whose output is being read: its disk may hang. */
const READ_TIMEOUT_MS = 2_000;

/** The output of one service, a batch at a time. */
class Source {
  readonly serviceId: ServiceId;
  /** Called after every change. */
  readonly #changed: () => void;
  readonly #batches: Batches;
  #state: 'reading' | 'caught_up' | 'ended' = 'reading';
  #isAsked = false;
  #readingSince = Date.now();
  #isLive = false;
  #items: readonly LogItem[] = [];
  #index = 0;
  #arrivedAt = 0;
  #lastTime = '';
  #error: Error | null = null;
  #start: string | null = null;

  constructor(serviceId: ServiceId, open: (events: WalkEvents) => Batches, changed: () => void) {
    this.serviceId = serviceId;
    this.#changed = changed;
    this.#batches = open({
      started: (position) => {
        this.#start = position;
      },
      caughtUp: () => {
        this.#isLive = true;
        this.#become('caught_up');
      },
      woken: () => {
        this.#become('reading');
      },
    });
  }

  /** Null: not known yet. */
  get start(): string | null {
    return this.#start;
  }

  get head(): LogItem | undefined {
    return this.#items[this.#index];
  }

  /** Its next item is not known yet, but may have been written. */
  get isAwaited(): boolean {
    return this.head === undefined && this.#state === 'reading';
  }

  /** Since when it is awaited, if it is. */
  get awaitedSince(): number {
    return this.#readingSince;
  }

  get isEnded(): boolean {
    return this.head === undefined && this.#state === 'ended';
  }

  /** The time by which its next item is ordered; of one without a time, that of the last item or of its arrival. */
  get time(): string {
    const { head } = this;
    if (head?.type === 'line' && head.at !== null) return head.at;
    if (head?.type === 'line' && this.#isLive) return `${new Date(this.#arrivedAt).toISOString().slice(0, 23)}000000Z`;
    return this.#lastTime;
  }

  /** Until when its next item waits for those of others. */
  get heldUntil(): number {
    const isOld = Date.parse(`${this.time.slice(0, 23)}Z`) < this.#arrivedAt - OLD_MS;
    return isOld ? this.#arrivedAt : this.#arrivedAt + HOLD_MS;
  }

  take(): ServiceLogItem {
    const item = this.head;
    if (item === undefined) throw new Error(`There is no item of "${this.serviceId}".`);
    this.#lastTime = this.time;
    this.#index += 1;
    return { serviceId: this.serviceId, item };
  }

  /** Asks for the next batch if there is no item left. Throws the error that its reader has met. */
  ask(): void {
    if (this.#error !== null) throw this.#error;
    if (this.#isAsked || this.head !== undefined || this.#state === 'ended') return;
    this.#isAsked = true;
    this.#readingSince = Date.now();
    this.#batches.next().then(
      ({ done, value }) => {
        this.#isAsked = false;
        this.#items = done === true ? [] : value;
        this.#index = 0;
        this.#arrivedAt = Date.now();
        this.#become(done === true ? 'ended' : 'reading');
      },
      (error: unknown) => {
        this.#error = error instanceof Error ? error : new Error(String(error));
        this.#become('ended');
      },
    );
  }

  #become(state: 'reading' | 'caught_up' | 'ended'): void {
    this.#state = state;
    if (state === 'reading') this.#readingSince = Date.now();
    this.#changed();
  }

  async close(): Promise<void> {
    await this.#batches.return().catch(() => undefined); // its error was thrown by ask()
  }
}

/**
 * Merges the output of services by time. `open` opens that of one, which ends with the signal. Each holds one batch, and
 * nothing is read ahead of it. It ends with the last of them; `follow`: with the first, because these end only when all
 * are to end, and then what comes before a held line may not have been read. Following does not wait longer than
 * `timeoutMs` for one that is being read: what that gives later is given as it comes.
 */
export async function* mergeAll<Query extends { readonly serviceId: ServiceId }>(
  queries: readonly Query[],
  mode: 'read' | 'follow',
  open: (query: Query, events: WalkEvents, end: AbortSignal) => Batches,
  timeoutMs = READ_TIMEOUT_MS,
): AsyncGenerator<LogBatch, void, undefined> {
  const end = new AbortController();
  let wake = (): void => undefined;
  const sources = queries.map((query) => {
    return new Source(
      query.serviceId,
      (events) => open(query, events, end.signal),
      () => {
        wake();
      },
    );
  });
  const timeout = mode === 'follow' ? timeoutMs : Infinity;
  const openedAt = Date.now();
  const announced = new Set<Source>();
  try {
    for (;;) {
      for (const source of sources) source.ask();
      if (mode === 'follow' && sources.some(({ isEnded }) => isEnded)) return;
      const now = Date.now();
      const started = sources.filter((source) => source.start !== null && !announced.has(source));
      const isDue = announced.size > 0 || started.length === sources.length || now >= openedAt + timeout;
      if (started.length > 0 && isDue) {
        for (const source of started) announced.add(source);
        yield { type: 'starts', positions: new Map(started.map(({ serviceId, start }) => [serviceId, start ?? ''])) };
      }
      const { items, waitMs } = takeDue(sources, now, timeout);
      if (items.length > 0) yield { type: 'items', items };
      else if (sources.every(({ isEnded }) => isEnded)) return;
      else {
        await new Promise<void>((resolve) => {
          // If this process was held up, what the system has reported in the meantime comes first.
          const timer = waitMs === null ? undefined : setTimeout(() => setImmediate(resolve), waitMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    }
  } finally {
    end.abort();
    const closed = Promise.all(sources.map((source) => source.close()));
    await (mode === 'follow' ? atMost(closed, timeout) : closed);
  }
}

async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms).unref()));
  await Promise.race([work, late]);
  clearTimeout(timer);
}

interface Due {
  readonly items: readonly ServiceLogItem[];
  /** When the next one is due; null: when a source has changed. */
  readonly waitMs: number | null;
}

/** Takes the items before which no other one can come. */
function takeDue(sources: readonly Source[], now: number, timeout: number): Due {
  const items: ServiceLogItem[] = [];
  for (;;) {
    let first: Source | null = null;
    let isComplete = true;
    for (const source of sources) {
      if (source.isAwaited) {
        const left = source.awaitedSince + timeout - now;
        if (left > 0) return { items, waitMs: left === Infinity ? null : left };
      }
      if (source.head === undefined) isComplete &&= source.isEnded;
      else if (first === null || source.time < first.time) first = source;
    }
    if (first === null) return { items, waitMs: null };
    if (!isComplete && first.heldUntil > now) return { items, waitMs: first.heldUntil - now };
    items.push(first.take());
  }
}
