import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Log } from '../../ports/log.ts';

/** How many wrong tokens an address may send in which time. */
export interface AttemptLimits {
  readonly points: number;
  readonly durationS: number;
}

const LIMITS: AttemptLimits = { points: 10, durationS: 60 };
/** Addresses share this many counters, so they cannot exhaust memory; sharing one only leads to an earlier 429. */
const COUNTERS = 4_096;

/** The owner of an IPv6 address has its whole /64. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

/** Counts wrong tokens per network; all clients of a Unix socket count as one. */
export class FailedAttempts {
  readonly #log: Log;
  readonly #limiter: RateLimiterMemory;
  readonly #points: number;
  readonly #salt: Buffer;

  /** The random salt prevents anybody from choosing an address that shares a counter with another one. */
  constructor(log: Log, { points, durationS }: AttemptLimits = LIMITS, salt: Buffer = randomBytes(16)) {
    this.#log = log;
    this.#salt = salt;
    this.#points = points;
    this.#limiter = new RateLimiterMemory({ points, duration: durationS });
  }

  /** Counts an attempt. Returns the seconds until the next one is allowed; 0: now. */
  async note(address: string | undefined): Promise<number> {
    const key = this.#counterOf(networkOf(address ?? 'unix'));
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(key, 1);
    if (consumedPoints <= this.#points) return 0;
    if (consumedPoints === this.#points + 1) {
      this.#log.warn(
        { address: address ?? 'unix' },
        'many wrong tokens from one address; further ones get 429 for a while',
      );
    }
    return Math.max(1, Math.ceil(msBeforeNext / 1000));
  }

  #counterOf(network: string): string {
    return String(createHmac('sha256', this.#salt).update(network).digest().readUInt32BE() % COUNTERS);
  }
}
