'use strict';
const { createServer } = require('node:http');
const { StartError, log } = require('./start.cjs');

const MAX_BODY_BYTES = 64 * 1024;

/** A response other than 200; `headers` are added to it. */
class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

async function jsonOf(request) {
  const chunks = [];
  let bytes = 0;
  // The iterator must not destroy the request; otherwise a rejected client would see a reset instead of the response.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) {
      throw new Refusal(413, `The body is larger than ${MAX_BODY_BYTES} bytes.`, { connection: 'close' });
    }
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal(400, 'The body is not JSON.');
  }
}

function handlerOf(routes, request) {
  const path = request.url.split('?', 1)[0].replace(/(.)\/$/, '$1');
  const methods = routes.get(path);
  if (!methods) throw new Refusal(404, `${path} does not exist. Available: ${[...routes.keys()].join(', ')}.`);
  const handler = methods[request.method];
  if (handler) return handler;
  const allow = Object.keys(methods).join(', ');
  throw new Refusal(405, `${path} accepts ${allow}, not ${request.method}.`, { allow });
}

async function answer(routes, request, response) {
  let status = 200;
  let headers = {};
  let body;
  try {
    body = await handlerOf(routes, request)(() => jsonOf(request));
  } catch (error) {
    if (!(error instanceof Refusal)) log(`${request.method} ${request.url} failed: ${error.stack}`);
    status = error instanceof Refusal ? error.status : 500;
    headers = error instanceof Refusal ? error.headers : {};
    body = { error: error instanceof Refusal ? error.message : 'Internal error.' };
  }
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function listening(server, port) {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = error.code === 'EADDRINUSE' ? 'is used by another process' : `cannot be used (${error.code})`;
      reject(new StartError(`port ${port} of 127.0.0.1 ${reason}.`));
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

/** The supervision of this process, from variables of the host; null if it was started without a host. */
function supervision() {
  const { COREDINATOR_SERVICE_ID: id, COREDINATOR_GENERATION: generation } = process.env;
  return { service_id: id ?? null, generation: generation === undefined ? null : Number(generation) };
}

/**
 * Serves JSON on 127.0.0.1 until SIGTERM or SIGINT, then exits with code 0. `routes` maps a path to `{METHOD: (json) =>
 * body}`, where `json()` reads the request body; `health` adds fields to /api/healthcheck. Throws StartError if the
 * port is unavailable.
 */
async function serve({ service, version, port, health, routes }) {
  const healthcheck = () => ({
    status: 'healthy',
    service,
    version,
    process_id: process.pid,
    ...supervision(),
    uptime_seconds: Math.floor(process.uptime()),
    ...health(),
  });
  const all = new Map([['/api/healthcheck', { GET: healthcheck }], ...Object.entries(routes)]);
  const server = createServer((request, response) => void answer(all, request, response));
  await listening(server, port);
  for (const signal of ['SIGTERM', 'SIGINT']) {
    process.once(signal, () => {
      log(`${service} ends on ${signal}`);
      server.close(() => process.exit(0));
      server.closeAllConnections();
    });
  }
  log(`${service} ${version} listens on http://127.0.0.1:${server.address().port}`);
}

module.exports = { Refusal, serve };
