/** A step that did not finish in time. */
export class StepTimeoutError extends Error {}

/** The value of `promise`; rejects if it is not settled after `ms`. */
export async function within(ms, promise, what) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new StepTimeoutError(`Waited ${ms} ms for ${what}.`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves after `ms`. */
export function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Polls every 20 ms until `isDone` returns true; false if it does not within `ms`. */
export async function until(ms, isDone) {
  const deadline = Date.now() + ms;
  for (;;) {
    if (await isDone()) return true;
    if (Date.now() >= deadline) return false;
    await pause(20);
  }
}
