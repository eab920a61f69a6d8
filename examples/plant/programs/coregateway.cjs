'use strict';
const { ask } = require('./client.cjs');
const { portOf, urlsOf } = require('./config.cjs');
const { Refusal, serve } = require('./serve.cjs');
const { log, start } = require('./start.cjs');

/**
 * coregateway: the read-only entry point for visitors. GET /api/tags/<name> on PORT forwards the tags of PLANTS
 * (`name=url,…`).
 */
function main(version) {
  start('coregateway', async () => {
    const port = portOf(process.env.PORT, 'the variable PORT');
    const plants = urlsOf('PLANTS');
    const counts = { passed: 0, refused: 0 };
    const forward = async (url) => {
      try {
        const tags = await ask(`${url}/api/tags`);
        counts.passed += 1;
        return tags;
      } catch (error) {
        counts.refused += 1;
        throw new Refusal(502, `${error.message}.`);
      }
    };
    await serve({
      service: 'coregateway',
      version,
      port,
      health: () => ({ ...counts, plants: [...plants.keys()] }),
      routes: Object.fromEntries([...plants].map(([name, url]) => [`/api/tags/${name}`, { GET: () => forward(url) }])),
    });
    setInterval(() => log(`forwarded ${counts.passed}, failed ${counts.refused}`), 1000);
  });
}

module.exports = { main };
