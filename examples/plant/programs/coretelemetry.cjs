'use strict';
const { ask, eachSecond } = require('./client.cjs');
const { portOf, urlsOf } = require('./config.cjs');
const { serve } = require('./serve.cjs');
const { log, start } = require('./start.cjs');

async function check(url, counter) {
  const begun = performance.now();
  try {
    const health = await ask(url);
    counter.answers += 1;
    counter.last = { up: true, process_id: health.process_id, ms: Math.round(performance.now() - begun) };
  } catch (error) {
    counter.failures += 1;
    counter.last = { up: false, reason: error.message };
  }
}

/**
 * coretelemetry: requests the healthchecks of WATCH (`name=url,…`) every second and counts the results; GET
 * /api/counters on PORT.
 */
function main(version) {
  start('coretelemetry', async () => {
    const port = portOf(process.env.PORT, 'the variable PORT');
    const watched = urlsOf('WATCH');
    const counters = Object.fromEntries(
      [...watched.keys()].map((name) => [name, { answers: 0, failures: 0, last: null }]),
    );
    const up = () => Object.values(counters).filter((counter) => counter.last?.up).length;
    await serve({
      service: 'coretelemetry',
      version,
      port,
      health: () => ({ watched: watched.size, up: up() }),
      routes: { '/api/counters': { GET: () => counters } },
    });
    await eachSecond(async () => {
      await Promise.all([...watched].map(([name, url]) => check(url, counters[name])));
      const down = Object.keys(counters).filter((name) => !counters[name].last.up);
      log(`${up()} of ${watched.size} up${down.length > 0 ? `; down: ${down.join(', ')}` : ''}`);
    });
  });
}

module.exports = { main };
