import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ClusterAccess } from '../../../lib/kubernetes/api/access.ts';
import { ApiError } from '../../../lib/kubernetes/api/api-error.ts';
import { KubernetesClient, type ClientOptions } from '../../../lib/kubernetes/api/client.ts';
import { FIRST } from '../../support/built/certificates.ts';
import { json, ScriptedServer, status, type Answer } from '../../support/kubernetes/scripted-server.ts';
import { rejection } from '../../support/rejection.ts';

const run = promisify(execFile);
const PODS = '/api/v1/namespaces/plant/pods';

describe('the client of the Kubernetes API', () => {
  const servers: ScriptedServer[] = [];
  const clients: KubernetesClient[] = [];

  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    for (const server of servers.splice(0)) await server.close();
  });

  async function serverOf(...answers: Answer[]): Promise<ScriptedServer> {
    const server = await ScriptedServer.open(answers);
    servers.push(server);
    return server;
  }

  function clientOf(
    access: Partial<ClusterAccess> & { readonly server: string },
    options: Partial<ClientOptions> = {},
  ) {
    const credentials = (): ReturnType<ClusterAccess['credentials']> =>
      Promise.resolve({ headers: { Authorization: 'Bearer secret' }, isVerified: true });
    const client = new KubernetesClient({ access: { namespace: null, credentials, ...access }, ...options });
    clients.push(client);
    return client;
  }

  async function errorOf(promise: Promise<unknown>): Promise<ApiError> {
    const error = await rejection(promise);
    expect(error).to.be.instanceOf(ApiError);
    return error as ApiError; // expected above
  }

  it('sends what it is given, with its credentials, and returns the answer', async () => {
    const server = await serverOf(json(201, { metadata: { name: 'pump' } }));
    const client = clientOf({ server: server.url });
    const answer = await client.post<{ metadata: { name: string } }>(PODS, { kind: 'Pod' });
    expect(answer.metadata.name).to.equal('pump');
    const [request] = server.requests;
    expect(request).to.include({ method: 'POST', url: PODS, body: '{"kind":"Pod"}' });
    expect(request!.headers).to.include({ authorization: 'Bearer secret', 'content-type': 'application/json' });
  });

  it('marks a patch as a JSON patch', async () => {
    const server = await serverOf(json(200, {}));
    await clientOf({ server: server.url }).patch(`${PODS}/pump`, [{ op: 'remove', path: '/metadata/finalizers/0' }]);
    expect(server.requests[0]!.headers['content-type']).to.equal('application/json-patch+json');
  });

  it('keeps its connection', async () => {
    const server = await serverOf(json(200, {}));
    const client = clientOf({ server: server.url });
    for (let call = 0; call < 3; call += 1) await client.get(PODS, { limit: 1, continue: undefined });
    expect(server.requests.map(({ connection }) => connection)).to.deep.equal([1, 1, 1]);
    expect(server.requests[0]!.url).to.equal(`${PODS}?limit=1`);
  });

  it('passes on what the API server says of a refusal', async () => {
    const server = await serverOf(status(409, 'AlreadyExists', 'pods "pump" already exists'));
    const error = await errorOf(clientOf({ server: server.url }).post(PODS, {}));
    expect(error).to.include({ status: 409, reason: 'AlreadyExists', isUncertain: false, isAway: false });
    expect(error.message).to.equal(`POST ${PODS}: pods "pump" already exists`);
  });

  it('says of an answer that is not from the API server what it was', async () => {
    const server = await serverOf((_request, response) => response.writeHead(502).end('Bad gateway'));
    const error = await errorOf(clientOf({ server: server.url }).get(PODS));
    expect(error).to.include({ status: 502, reason: 'HTTP 502', isAway: true });
    expect(error.message).to.equal(`GET ${PODS}: Bad gateway`);
  });

  it('knows that a request that was not sent was not carried out', async () => {
    const server = await serverOf(json(200, {}));
    const { url } = server;
    await server.close();
    servers.pop();
    const error = await errorOf(clientOf({ server: url }).post(PODS, {}));
    expect(error).to.include({ status: null, reason: 'ECONNREFUSED', isUncertain: false, isAway: true });
  });

  for (const [what, answer] of [
    ['that the API server cut', (_request, response) => response.destroy()],
    [
      'whose answer broke off',
      (_request, response) => (
        response.writeHead(200),
        response.write('{'),
        void setImmediate(() => response.destroy())
      ),
    ],
    ['that failed in the API server', status(500, 'InternalError', 'etcdserver: request timed out')],
  ] as readonly (readonly [string, Answer])[]) {
    it(`holds a request ${what} for one that may have been carried out`, async () => {
      const server = await serverOf(answer);
      const error = await errorOf(clientOf({ server: server.url }).post(PODS, {}));
      expect(error).to.include({ isUncertain: true, isAway: true });
    });
  }

  it('waits for no answer longer than the limit (client-node 596, 958)', async () => {
    const server = await serverOf(() => undefined);
    const error = await errorOf(clientOf({ server: server.url }, { limitMs: 100 }).post(PODS, {}));
    expect(error).to.include({ status: null, reason: 'ETIMEDOUT', isUncertain: true });
  });

  it('waits for the rest of an answer no longer than the limit', async () => {
    const server = await serverOf((_request, response) => response.writeHead(200).write('{'));
    const error = await errorOf(clientOf({ server: server.url }, { limitMs: 100 }).get(PODS));
    expect(error).to.include({ status: null, reason: 'ETIMEDOUT' });
  });

  it('sends nothing for as long as the API server wants nothing (429), and then the request again', async () => {
    const server = await serverOf(status(429, 'TooManyRequests', 'slow down', { 'Retry-After': '1' }), json(200, {}));
    const client = clientOf({ server: server.url });
    const before = performance.now();
    await Promise.all([
      client.post(PODS, {}),
      new Promise((resolve) => setTimeout(resolve, 50)).then(() => client.get(PODS)),
    ]);
    expect(performance.now() - before).to.be.within(950, 3_000);
    expect(server.requests.map(({ method }) => method)).to.have.members(['POST', 'POST', 'GET']);
  });

  it('sends twice as many requests at once as it may in a second, and then one after another', async () => {
    const server = await serverOf(json(200, {}));
    const client = clientOf({ server: server.url }, { perSecond: 2 });
    const calls = Array.from({ length: 5 }, () => client.get('/version'));
    await Promise.all(calls.slice(0, 4));
    expect(server.requests.length).to.equal(4);
    await calls[4];
    expect(server.requests.length).to.equal(5);
  });

  it('keeps a program alive whose requests have to wait, such as a command', async () => {
    const server = await serverOf(json(200, {}));
    const program = `
      const { KubernetesClient } = await import(${JSON.stringify(new URL('../../../lib/kubernetes/api/client.ts', import.meta.url))});
      const credentials = async () => ({ headers: {}, isVerified: true });
      const access = { server: ${JSON.stringify(server.url)}, namespace: null, credentials };
      const client = new KubernetesClient({ access, perSecond: 5, burst: 1 });
      for (let call = 0; call < 3; call += 1) await client.get('/version');
      client.close();
      console.log('done');
    `;
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type', 'module', '--eval', program]);
    expect(stdout).to.equal('done\n');
  }).timeout(20_000);

  it('gives up on a request that is refused with 429 again and again', async () => {
    const server = await serverOf(status(429, 'TooManyRequests', 'slow down', { 'Retry-After': '0' }));
    const error = await errorOf(clientOf({ server: server.url }).post(PODS, {}));
    expect(error).to.include({ status: 429, isUncertain: false, isAway: true, retryAfterMs: 0 });
    expect(server.requests).to.have.length(3);
  });

  it('sends nothing after a 503 with a time, and does not repeat what may have been carried out', async () => {
    const server = await serverOf(status(503, 'ServiceUnavailable', 'starting', { 'Retry-After': '1' }), json(200, {}));
    const client = clientOf({ server: server.url });
    const before = performance.now();
    await errorOf(client.post(PODS, {}));
    await client.get(PODS);
    expect(performance.now() - before).to.be.greaterThan(950);
    expect(server.requests).to.have.length(2);
  });

  it('says when the credentials cannot be had', async () => {
    const credentials = (): Promise<never> => Promise.reject(new Error('aws: command not found'));
    const error = await errorOf(clientOf({ server: 'https://127.0.0.1:1', credentials }).get(PODS));
    expect(error).to.include({ status: null, reason: 'ECREDENTIALS', isUncertain: false, isAway: true });
    expect(error.message).to.include('aws: command not found');
  });

  describe('over TLS', () => {
    it('trusts the authority of the credentials, and no other', async () => {
      const server = await ScriptedServer.open([json(200, { kind: 'PodList' })], FIRST);
      servers.push(server);
      const url = `https://127.0.0.1:${server.port}`;
      const trusting = { headers: {}, isVerified: true, ca: FIRST.cert };
      const answer = await clientOf({ server: url, credentials: () => Promise.resolve(trusting) }).get(PODS);
      expect(answer).to.deep.equal({ kind: 'PodList' });
      const error = await errorOf(clientOf({ server: url }).post(PODS, {}));
      expect(error).to.include({ status: null, isAway: true });
      expect(server.requests).to.have.length(1);
    });
  });

  describe('a stream', () => {
    async function linesOf(client: KubernetesClient, idleMs: number | null = null): Promise<readonly string[]> {
      const lines: string[] = [];
      const stream = await client.stream(PODS, { watch: true }, idleMs);
      for await (const line of stream.lines()) lines.push(line);
      return lines;
    }

    it('is given line by line, however it is cut on the way', async () => {
      const server = await serverOf((_request, response) => {
        response.writeHead(200);
        const bytes = Buffer.from('first line\nsécond\n\nlast\n');
        let sent = 0;
        const next = (): void => {
          if (sent === bytes.length) response.end();
          else response.write(bytes.subarray(sent, (sent += 1)), () => setImmediate(next));
        };
        next();
      });
      expect(await linesOf(clientOf({ server: server.url }))).to.deep.equal(['first line', 'sécond', '', 'last']);
    });

    it('fails where it breaks off, after what came before', async () => {
      const server = await serverOf((_request, response) => {
        response.writeHead(200).write('one\ntw');
        setTimeout(() => response.destroy(), 50);
      });
      const lines: string[] = [];
      const stream = await clientOf({ server: server.url }).stream(PODS, {}, null);
      const error = await errorOf(
        (async () => {
          for await (const line of stream.lines()) lines.push(line);
        })(),
      );
      expect(error).to.include({ status: null, isAway: true });
      expect(lines).to.deep.equal(['one']);
    });

    it('is torn when nothing comes (kubespawner 209, 223; client-node 958)', async () => {
      const server = await serverOf((_request, response) => response.writeHead(200).write('one\n'));
      const error = await errorOf(linesOf(clientOf({ server: server.url }), 100));
      expect(error).to.include({ reason: 'ETIMEDOUT' });
    });

    it('that is refused is so like any other request', async () => {
      const server = await serverOf(status(410, 'Expired', 'too old resource version'));
      const error = await errorOf(linesOf(clientOf({ server: server.url })));
      expect(error).to.include({ status: 410, reason: 'Expired' });
    });

    it('ends with the client', async () => {
      const server = await serverOf((_request, response) => response.writeHead(200).write('one\n'));
      const client = clientOf({ server: server.url });
      setTimeout(() => {
        client.close();
      }, 50);
      await errorOf(linesOf(client));
    });
  });
});
