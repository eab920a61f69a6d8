import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { ApiUnderTest, fixedTokens, VERSION } from './api-under-test.ts';

const START = '/api/agents/start';

describe('the size of a request', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
  });
  afterEach(() => api.close());

  it('is limited to a target of 8 KiB: 414', async () => {
    const path = '/api/services?cursor=';
    expect((await api.send('GET', path.padEnd(8 * 1024, 'a'))).status).not.to.equal(414);
    const answer = await api.send('GET', path.padEnd(8 * 1024 + 1, 'a'));
    expect(answer.status).to.equal(414);
    expect(answer.json).to.include({ type: '/docs#target_too_long' });
  });

  it('is limited to 100 fields in a query: 414', async () => {
    const query = (count: number): string => Array.from({ length: count }, (_, n) => `f${n}=`).join('&');
    expect((await api.send('GET', `/api/agents?${query(100)}`)).status).to.equal(200);
    const answer = await api.send('GET', `/api/agents?${query(101)}`);
    expect(answer.status).to.equal(414);
    expect(answer.json).to.have.property('detail').that.contains('101 fields');
  });

  it('is limited to 100 headers: 431, even if a guard checks the last one', async () => {
    const head = (count: number): string =>
      Array.from({ length: count - 2 }, (_, n) => `X-${n}: 1`).join('\r\n') +
      '\r\nHost: localhost\r\nConnection: close';
    expect(await api.raw(`GET /livez HTTP/1.1\r\n${head(100)}\r\n\r\n`)).to.match(/^HTTP\/1\.1 200 /);
    const answer = await api.raw(`GET /livez HTTP/1.1\r\n${head(101)}\r\n\r\n`);
    expect(answer)
      .to.match(/^HTTP\/1\.1 431 /)
      .and.to.contain('too_many_headers');
    const many = await api.raw(`GET /livez HTTP/1.1\r\n${'a:\r\n'.repeat(3_000)}Host: localhost\r\n\r\n`);
    expect(many).to.match(/^HTTP\/1\.1 431 /);
  });

  for (const [name, lines] of [
    ['Host', 'Host: localhost\r\nHost: evil.example'],
    ['Host', 'host: localhost\r\nHOST: localhost'],
    ['Authorization', 'Host: localhost\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b'],
    ['Content-Type', 'Host: localhost\r\nContent-Type: text/plain\r\nContent-Type: application/json'],
    ['Origin', 'Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example'],
  ] as const) {
    it(`allows one ${name}: two are 400 (${JSON.stringify(lines)})`, async () => {
      const answer = await api.raw(`GET /livez HTTP/1.1\r\n${lines}\r\nConnection: close\r\n\r\n`);
      expect(answer).to.match(/^HTTP\/1\.1 400 /);
      expect(answer).to.contain('duplicate_header').and.to.contain(`two ${name} headers`);
    });
  }

  it('allows one length: two different ones, or one with a transfer encoding, are 400', async () => {
    const post = `POST ${START} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n`;
    for (const lines of [
      'Content-Length: 2\r\nContent-Length: 3',
      'Content-Length: 2\r\nContent-Length: 2',
      'Content-Length: 2\r\nTransfer-Encoding: chunked',
    ]) {
      expect(await api.raw(`${post}${lines}\r\n\r\n{}`), lines).to.match(/^HTTP\/1\.1 400 /);
    }
  });

  it('is limited to 32 levels of JSON: 400, however deep it is', async () => {
    const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    expect((await api.send('POST', START, { body: deep(32) })).status).to.equal(422);
    for (const body of [deep(33), deep(100_000), '['.repeat(100_000), `{"config_path":${'['.repeat(100_000)}`]) {
      const answer = await api.send('POST', START, { body });
      expect(answer.status).to.equal(400);
      expect(answer.json).to.have.property('detail').that.contains('32 levels');
    }
  });

  it('does not count brackets in strings as levels', async () => {
    const path = `/cfg/${'["{'.repeat(100)}\\.yaml`;
    expect((await api.send('POST', START, { body: { config_path: path, agent_id: 'a' } })).status).to.equal(200);
  });
});

describe('a slow client', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    const timeouts = { headersMs: 100, requestMs: 200, checkEveryMs: 20 };
    api = await new ApiUnderTest().open({}, { timeouts });
  });
  afterEach(() => api.close());

  /** What comes back on a connection on which no more is sent, until the host ends it. */
  function whatComes(text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(api.port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
      socket.on('error', reject);
      socket.on('close', () => {
        resolve(answer);
      });
    });
  }

  for (const [what, text] of [
    ['does not end the first line', 'GET /liv'],
    ['does not end its headers', 'GET /livez HTTP/1.1\r\nHost: localhost\r\nX: '],
    ['does not end its body', `POST ${START} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`],
  ] as const) {
    it(`is disconnected if it ${what}`, async () => {
      expect(await whatComes(text)).to.match(/^HTTP\/1\.1 408 /);
      expect(api.control.calls).to.be.empty;
    });
  }

  for (const [what, text] of [
    ['says nothing', ''],
    ['does not end its headers', 'GET /livez HTTP/1.1\r\n'],
  ] as const) {
    it(`is disconnected if it ${what}, even if it never closes its side`, async () => {
      const socket = connect({ port: api.port, host: '127.0.0.1', allowHalfOpen: true }, () => socket.write(text));
      socket.on('error', () => undefined); // it may be reset
      await once(socket, 'connect');
      await eventually(async () => {
        expect(await api.connections()).to.equal(1);
      });
      await eventually(async () => {
        expect(await api.connections()).to.equal(0);
      }, 5_000);
      socket.destroy();
    });
  }

  it('is not disconnected while its command is being executed', async () => {
    let open = (): void => undefined;
    api.control.gate = new Promise((resolve) => (open = resolve));
    const answer = api.send('POST', '/api/agents/a/stop');
    // Longer than any patience with clients: other ones are cut off meanwhile.
    await whatComes('GET /liv');
    await whatComes(`POST ${START} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{`);
    open();
    expect(await answer).to.include({ status: 200 });
  });
});

describe('something other than an API request', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
  });
  afterEach(() => api.close());

  it('is rejected: CONNECT and TRACE', async () => {
    const connected = await api.raw('CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n');
    expect(connected)
      .to.match(/^HTTP\/1\.1 405 /)
      .and.to.contain('Allow: ')
      .and.to.contain(VERSION);
    const traced = await api.raw(
      'TRACE /livez HTTP/1.1\r\nHost: localhost\r\nCookie: a=b\r\nConnection: close\r\n\r\n',
    );
    expect(traced)
      .to.match(/^HTTP\/1\.1 405 /)
      .and.to.not.contain('a=b');
  });

  it('does not switch protocols: an upgrade gets a plain HTTP response, with the same guards', async () => {
    const upgrade = (host: string): string =>
      `GET /livez HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n`;
    expect(await api.raw(upgrade('localhost'))).to.match(/^HTTP\/1\.1 200 /);
    expect(await api.raw(upgrade('evil.example'))).to.match(/^HTTP\/1\.1 421 /);
  });

  it('is rejected if its length is specified in two ways', async () => {
    const head = `POST ${START} HTTP/1.1\r\nHost: localhost\r\n`;
    for (const lengths of [
      'Content-Length: 5\r\nTransfer-Encoding: chunked',
      'Content-Length: 5\r\nContent-Length: 6',
      'Transfer-Encoding: chunked, identity',
      'Transfer-Encoding : chunked',
    ]) {
      expect(await api.raw(`${head}${lengths}\r\n\r\n0\r\n\r\n`), lengths).to.match(/^HTTP\/1\.1 400 /);
    }
    expect(api.control.calls).to.be.empty;
  });
});

describe('the security headers', () => {
  const EXPECTED = {
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-resource-policy': 'same-origin',
  };

  it('are in every response, including those without a route', async () => {
    const access = fixedTokens('full-token-0123456789', null);
    const api = await new ApiUnderTest().open({ access, corsOrigins: ['https://x.example'] });
    const authorization = 'Bearer full-token-0123456789';
    const preflight = { origin: 'https://x.example', 'access-control-request-method': 'POST' };
    for (const [method, path, headers, status] of [
      ['GET', '/api/agents', { authorization }, 200],
      ['GET', '/', { authorization }, 302],
      ['GET', '/livez', {}, 200],
      ['GET', '/nowhere', { authorization }, 404],
      ['PUT', '/api/agents', { authorization }, 405],
      ['GET', '/api/agents', {}, 401],
      ['GET', '/api/agents', { host: 'evil.example' }, 421],
      ['OPTIONS', '/api/agents', preflight, 204],
    ] as const) {
      const answer = await api.send(method, path, { headers });
      expect(answer.status).to.equal(status);
      expect(answer.headers, path).to.include({ ...EXPECTED, 'cache-control': 'no-store' });
      expect(answer.headers['content-security-policy'], path).to.contain("frame-ancestors 'none'");
    }
    for (const [bytes, status] of [
      ['no HTTP\r\n\r\n', 400],
      ['CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n', 405],
      ['GET / HTTP/1.1\r\nHost: x\r\nExpect: x\r\nConnection: close\r\n\r\n', 417],
      [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`, 431],
    ] as const) {
      const answer = (await api.raw(bytes)).toLowerCase();
      expect(answer).to.match(new RegExp(`^http/1\\.1 ${status} `));
      for (const [name, value] of Object.entries(EXPECTED)) expect(answer).to.contain(`${name}: ${value}`);
    }
    await api.close();
  });

  it('forbid framing of every page', async () => {
    const api = await new ApiUnderTest().open();
    const answer = await api.send('GET', '/docs');
    await api.close();
    expect(answer.headers['content-type']).to.contain('text/html');
    expect(answer.headers).to.include(EXPECTED);
    expect(answer.headers['content-security-policy']).to.contain("frame-ancestors 'none'");
  });
});
