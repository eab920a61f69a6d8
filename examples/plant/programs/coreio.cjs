'use strict';
const { portOf, section } = require('./config.cjs');
const { Refusal, serve } = require('./serve.cjs');
const { log, start } = require('./start.cjs');
const { Tank } = require('./tank.cjs');

/** How many seconds of plant time pass per second, so that visitors see the level move. */
const TIME_LAPSE = 5;

async function applySetpoints(tank, json) {
  const { valve } = (await json()) ?? {};
  if (typeof valve !== 'number' || !(valve >= 0 && valve <= 1)) {
    throw new Refusal(422, `"valve" must be a number from 0 to 1, not ${JSON.stringify(valve) ?? 'missing'}.`);
  }
  tank.valve = valve;
  return tank.tags();
}

/** coreio: the interface to the plant, here a simulated tank. Serves its tags and accepts setpoints. */
function main(version) {
  start('coreio', async () => {
    const { path, value } = section('coreio');
    const port = portOf(value.port, `${path}: coreio.port`);
    const tank = new Tank();
    await serve({
      service: 'coreio',
      version,
      port,
      health: () => tank.tags(),
      routes: {
        '/api/tags': { GET: () => tank.tags() },
        '/api/setpoints': { POST: (json) => applySetpoints(tank, json) },
      },
    });
    setInterval(() => {
      tank.step(TIME_LAPSE);
      const { level, inflow, valve } = tank.tags();
      log(`level=${level.toFixed(3)} m inflow=${inflow.toFixed(4)} m3/s valve=${valve.toFixed(2)}`);
    }, 1000);
  });
}

module.exports = { main };
