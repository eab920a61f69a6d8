'use strict';

/** Shorter than the second between two rounds, so that requests to an unresponsive service never pile up. */
const TIMEOUT_MS = 800;

/** Requests JSON from another service; rejects with a sentence that says why there was no valid response. */
async function ask(url, body) {
  const options = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (response.ok) return await response.json();
  } catch (error) {
    throw new Error(`${url} does not answer (${error.cause?.code ?? error.name})`, { cause: error });
  }
  throw new Error(`${url} answered ${response.status}`);
}

/** Calls `round` immediately and then once a second, never two at a time. */
async function eachSecond(round) {
  for (;;) {
    const begun = performance.now();
    await round();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1000 - (performance.now() - begun))));
  }
}

module.exports = { ask, eachSecond };
