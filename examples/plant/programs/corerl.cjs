'use strict';
const { ask, eachSecond } = require('./client.cjs');
const { portOf, section, urlOf } = require('./config.cjs');
const { serve } = require('./serve.cjs');
const { log, start } = require('./start.cjs');

/** One round: read the plant, decide, and write the decision back. */
async function control(coreioUrl, policy, seen) {
  try {
    const tags = await ask(`${coreioUrl}/api/tags`);
    const decision = policy(tags);
    await ask(`${coreioUrl}/api/setpoints`, { valve: decision.valve });
    Object.assign(seen, { level: tags.level, decision, decisions: seen.decisions + 1, trouble: null });
    log(`level=${tags.level.toFixed(3)} m -> valve=${decision.valve.toFixed(2)} (${decision.why})`);
  } catch (error) {
    seen.trouble = error.message;
    log(`no decision: ${error.message}; next try in a second`);
  }
}

/**
 * corerl: reads coreio every second, lets `policy` choose a valve position and writes it back; keeps running while
 * coreio is down.
 */
function main(version, policy) {
  start('corerl', async () => {
    const { path, value } = section('corerl');
    const port = portOf(value.port, `${path}: corerl.port`);
    const coreioUrl = urlOf(value.coreio_url, `${path}: corerl.coreio_url`);
    const seen = { level: null, decision: null, decisions: 0, trouble: null };
    await serve({ service: 'corerl', version, port, health: () => seen, routes: {} });
    await eachSecond(() => control(coreioUrl, policy, seen));
  });
}

module.exports = { main };
