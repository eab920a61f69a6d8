/**
 * The demo of `npm start`: runs the built host in this process on examples/plant, starts the agent pump1 through the
 * REST API, and prints what is running where. Options after `npm start --` go to the host. The port is COREDINATOR_PORT
 * or 8000.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

const WAIT_MS = 15_000;
const plant = join(import.meta.dirname, '../examples/plant');
const config = join(plant, 'pump1.yaml');

/** Thrown with the message of the problem if the API returns one. */
class ProblemError extends Error {}

/** Aborted by the signal that ends the host, so that nothing is reported about a host that is shutting down. */
const leaving = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => leaving.abort());

async function api(url, method = 'GET', body = undefined) {
  const options = body === undefined ? { method } : { method, body: JSON.stringify(body) };
  const response = await fetch(url, {
    ...options,
    headers: { 'content-type': 'application/json' },
    signal: leaving.signal,
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const places = (answer.errors ?? []).map((issue) => `\n  ${issue.path}: ${issue.message}`);
  throw new ProblemError(`${answer.detail ?? `the API returned ${response.status}`}${places.join('')}`);
}

/** Polls the agent until it is running; returns its last status if the time is over or it has failed. */
async function settledStatus(url, id) {
  const deadline = performance.now() + WAIT_MS;
  for (;;) {
    const status = await api(`${url}/api/agents/${id}/status`);
    if (['running', 'failed'].includes(status.state) || performance.now() > deadline) return status;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** The port of each service of the plant, from the same files that the services read. */
function portsOfPlant() {
  const agent = parse(readFileSync(config, 'utf8'));
  const host = parse(readFileSync(join(plant, 'coredinator.yaml'), 'utf8'));
  const ports = { 'pump1-coreio': agent.coreio.port, 'pump1-corerl': agent.corerl.port };
  for (const [id, service] of Object.entries(host.services)) ports[id] = service.env.PORT;
  return ports;
}

function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  return rows
    .map((row) => `  ${row.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`.trimEnd())
    .join('\n');
}

async function report(url, id) {
  const status = await settledStatus(url, id);
  const ports = portsOfPlant();
  const services = await Promise.all(Object.keys(ports).map((service) => api(`${url}/api/services/${service}`)));
  const rows = services.map((service) => [
    service.id,
    service.state,
    String(service.pid ?? '-'),
    service.version ?? '-',
    `http://127.0.0.1:${ports[service.id]}/api/healthcheck`,
  ]);
  console.log(`\nThe agent "${id}" is ${status.state}; the API of the host is at ${url}\n`);
  console.log(table([['SERVICE', 'STATE', 'PID', 'VERSION', 'HEALTHCHECK'], ...rows]));
  for (const service of services.filter(({ state, reason }) => state !== 'running' && reason !== null)) {
    console.log(`\n  ${service.id} is ${service.state}: ${service.reason}`);
  }
}

function hints(url) {
  console.log(`\nTry:
  curl ${url}/api/agents/pump1/status
  curl http://127.0.0.1:7103/api/tags/pump1
  curl -X POST ${url}/api/agents/pump1/stop

Ctrl-C stops everything.
`);
}

async function present(url) {
  try {
    const id = await api(`${url}/api/agents/start`, 'POST', { config_path: config });
    await report(url, id);
  } catch (error) {
    if (leaving.signal.aborted) return;
    console.log(
      `\nThe agent of ${config} could not be started: ${error instanceof ProblemError ? error.message : error.stack}`,
    );
    console.log(`The host keeps running at ${url}.`);
  }
  hints(url);
}

const main = new URL('../dist/main.js', import.meta.url).href;
const { run } = await import(main);
const port = process.env['COREDINATOR_PORT'] ?? '8000';
const options = ['--base-path', plant, '--port', port, '--on-exit', 'drain', ...process.argv.slice(2)];
const host = await run(['serve', ...options], process.env);
if (host.url !== null) await present(host.url);
process.exitCode = await host.exited;
if (host.url === null)
  console.log('The host could not be started; the reason is above. COREDINATOR_PORT chooses another port.');
