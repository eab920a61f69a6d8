const LONGEST_MS = 40;

/**
 * Polls `probe` until it does not throw and returns its value; rethrows its last error after `timeoutMs`. The pauses are of
 * `everyMs` at first and then a tenth of what has passed, at most 40 ms: a probe of a host or a page costs them as much time as
 * it takes.
 */
export async function eventually<T>(probe: () => T | Promise<T>, timeoutMs = 5_000, everyMs = 5): Promise<T> {
  const begunAt = performance.now();
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      const passedMs = performance.now() - begunAt;
      if (passedMs >= timeoutMs) throw error;
      const pauseMs = Math.max(everyMs, Math.min(passedMs / 10, LONGEST_MS));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}
