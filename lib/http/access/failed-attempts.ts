import { createHmac, randomBytes } from 'node:crypto';
import { isIPv6 } from 'node:net';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Log } from '../../ports/log.ts';

/** How many wrong tokens an address may send, and in which time. */
export interface AttemptLimits {
  readonly points: number;
  readonly durationS: number;
}

const LIMITS: AttemptLimits = { points: 10, durationS: 60 };
/** Addresses share this many counters: they cannot use up memory, and who shares one only hears "too many" sooner. */
const COUNTERS = 4_096;

/** Whoever has an IPv6 address has all of its /64. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

/** Counts wrong tokens by the network that they come from; all peers of a Unix socket are one. */
export class FailedAttempts {
  readonly #log: Log;
  readonly #limiter: RateLimiterMemory;
  readonly #points: number;
  readonly #salt: Buffer;

  /** With a salt that is not known nobody can choose an address that shares a counter with another one. */
  constructor(log: Log, { points, durationS }: AttemptLimits = LIMITS, salt: Buffer = randomBytes(16)) {
    this.#log = log;
    this.#salt = salt;
    this.#points = points;
    this.#limiter = new RateLimiterMemory({ points, duration: durationS });
  }

  /** Counts one and gives the seconds until the next may be made; 0: at once. */
  async note(address: string | undefined): Promise<number> {
    const key = this.#counterOf(networkOf(address ?? 'unix'));
    const { consumedPoints, msBeforeNext } = await this.#limiter.penalty(key, 1);
    if (consumedPoints <= this.#points) return 0;
    if (consumedPoints === this.#points + 1) {
      this.#log.warn(
        { address: address ?? 'unix' },
        'Many wrong tokens come from one address; they get 429 for a while.',
      );
    }
    return Math.max(1, Math.ceil(msBeforeNext / 1000));
  }

  #counterOf(network: string): string {
    return String(createHmac('sha256', this.#salt).update(network).digest().readUInt32BE() % COUNTERS);
  }
}
