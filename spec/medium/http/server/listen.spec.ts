import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'node:http';
import { expect } from 'chai';
import { createHttpApp } from '../../../../lib/http/app.ts';
import { ListenError } from '../../../../lib/http/server/listen-error.ts';
import { listen } from '../../../../lib/http/server/listen.ts';
import type { Listening } from '../../../../lib/http/server/listen.ts';
import { LIBRARY } from '../../../support/actors/machines.ts';
import { FakeControl } from '../../../support/control/fake-control.ts';
import { NO_NUMBERS } from '../../../support/control/no-numbers.ts';
import { eventually } from '../../../support/eventually.ts';
import { ApiUnderTest, VERSION } from '../api-under-test.ts';

const LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function open(host: string, port: number): Promise<Listening> {
  const access = { full: null, readOnly: null };
  const control = new FakeControl();
  const world = { control, exposition: NO_NUMBERS, machines: LIBRARY, log: LOG, version: VERSION };
  const app = createHttpApp({ name: 'Plant 7', ...world, access, allowedHosts: [] });
  return listen(app, { place: { type: 'tcp', host, port }, version: VERSION, log: LOG });
}

describe('listen', () => {
  it('returns the URL with the actual port, in a form that the API accepts', async () => {
    for (const [host, form] of [
      ['127.0.0.1', /^http:\/\/127\.0\.0\.1:\d+$/],
      ['0.0.0.0', /^http:\/\/127\.0\.0\.1:\d+$/],
      ['localhost', /^http:\/\/(127\.0\.0\.1|\[::1\]):\d+$/],
    ] as const) {
      const listening = await open(host, 0);
      expect(listening.url).to.match(form);
      expect((await fetch(`${listening.url}/livez`)).status).to.equal(200);
      await listening.close(0);
    }
  });

  it('reports that the port is in use, and what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo; // it listens on TCP
    const refusal = await open('127.0.0.1', port).catch((error: unknown) => error);
    other.close();

    expect(refusal).to.be.instanceOf(ListenError).and.include({ code: 'EADDRINUSE' });
    expect(refusal).to.have.property('message').that.contains(`127.0.0.1:${port}`).and.contains('--port');
  });

  it('reports that the address does not belong to this machine', async () => {
    const refusal = await open('192.0.2.1', 0).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(ListenError).and.include({ code: 'EADDRNOTAVAIL' });
    expect(refusal).to.have.property('message').that.contains('192.0.2.1:0').and.contains('--host');
  });

  it('does not let a slow or silent client keep a request open for ever', async () => {
    const listening = await open('127.0.0.1', 0);
    const { server } = listening;
    expect(server.headersTimeout).to.be.within(1, 60_000);
    expect(server.requestTimeout).to.be.within(1, 300_000);
    await listening.close(0);
  });

  it('responds to an unsupported Expect with 417 and to too large headers with 431, as problems', async () => {
    const api = await new ApiUnderTest().open();
    const expectation = await api.raw('GET / HTTP/1.1\r\nHost: localhost\r\nExpect: x\r\nConnection: close\r\n\r\n');
    const large = await api.raw(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    await api.close();

    expect(expectation).to.match(/^HTTP\/1\.1 417 /);
    expect(large).to.match(/^HTTP\/1\.1 431 /);
    for (const answer of [expectation, large]) {
      expect(answer).to.contain(`X-CoreRL-Version: ${VERSION}`).and.to.contain('application/problem+json');
      expect(answer).to.contain('}\n');
    }
  });
});

describe('closing the API', () => {
  let api: ApiUnderTest;
  let agent: Agent;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    agent = new Agent({ keepAlive: true });
  });
  afterEach(async () => {
    agent.destroy();
    await api.close();
  });

  function post(path: string): Promise<string> {
    return new Promise((resolve) => {
      const sent = request({ host: '127.0.0.1', port: api.port, method: 'POST', path, agent }, (response) => {
        response.resume();
        response.on('end', () => {
          resolve(String(response.statusCode));
        });
      });
      sent.on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code ?? 'error');
      });
      sent.end();
    });
  }

  it('closes idle connections at once', async () => {
    expect(await post('/api/agents/a/stop')).to.equal('200');
    const { listening } = api;
    const startedAt = performance.now();
    await listening.close(60_000);
    expect(performance.now() - startedAt).to.be.below(5_000);
    expect(listening.server.listening).to.equal(false);
  });

  it('lets a request in progress finish, and then closes its connection', async () => {
    let openGate = (): void => undefined;
    api.control.gate = new Promise((resolve) => (openGate = resolve));
    const { listening } = api;
    const answer = post('/api/agents/a/stop');
    await eventually(() => expect(api.control.calls).to.have.length(1));
    const closed = listening.close(60_000);
    openGate();

    expect(await answer).to.equal('200');
    await closed;
  });

  it('destroys a request that does not end within the grace', async () => {
    api.control.gate = new Promise(() => undefined);
    const { listening } = api;
    const answer = post('/api/agents/a/stop');
    await eventually(() => expect(api.control.calls).to.have.length(1));
    await listening.close(20);

    expect(await answer).to.equal('ECONNRESET');
  });
});
