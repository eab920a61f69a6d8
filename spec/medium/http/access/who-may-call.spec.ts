import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { ApiUnderTest, fixedTokens, VERSION } from '../api-under-test.ts';

const FULL = 'full-token-0123456789';
const READ = 'read-token-0123456789';
const START = { body: { config_path: '/cfg/a.yaml' } };

describe('the Host header', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open({ allowedHosts: ['Plant.Example', 'fd00::1'] });
  });
  afterEach(() => api.close());

  for (const host of [
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1',
    '127.0.0.1:8000',
    '[::1]',
    '[::1]:65535',
    'plant.example:8000',
    '[fd00::1]:9',
  ]) {
    it(`may be ${host}`, async () => {
      expect(await api.send('GET', '/api/agents', { headers: { host } })).to.include({ status: 200 });
    });
  }

  for (const host of [
    'evil.example',
    'localhost.evil.example',
    'evil.example:8000',
    'localhost.',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    '::1',
    '[::2]',
    'user@localhost',
    'localhost@evil.example',
    'localhost:80:80',
    'localhost:port',
    'localhost, evil.example',
    'plant.example/x',
    '',
  ]) {
    it(`may not be "${host}": 421 on every path`, async () => {
      for (const path of ['/api/agents', '/livez', '/api/healthcheck', '/docs', '/nowhere']) {
        const answer = await api.send('GET', path, { headers: { host } });
        expect(answer.status, path).to.equal(421);
        expect(answer.json).to.include({ type: '/docs#host_not_served' });
        expect(answer.headers['x-corerl-version']).to.equal(VERSION);
      }
      expect(api.control.calls).to.be.empty;
    });
  }

  it('is required', async () => {
    for (const version of ['1.0', '1.1']) {
      const answer = await api.raw(`GET /api/agents HTTP/${version}\r\nConnection: close\r\n\r\n`);
      expect(answer)
        .to.match(/^HTTP\/1\.1 400 /)
        .and.to.contain(`X-CoreRL-Version: ${VERSION}`);
    }
  });

  it('may be the address of the connection', async function () {
    const own = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .find(({ family, internal }) => family === 'IPv4' && !internal);
    if (own === undefined) this.skip();
    const { createServer } = await import('node:http');
    const { hostGuard, servedHosts } = await import('../../../../lib/http/access/host-guard.ts');
    const check = hostGuard(servedHosts([]));
    const server = createServer((req, res) => {
      check(req);
      res.end('ok');
    });
    await new Promise<void>((resolve) => server.listen(0, '::', resolve));
    try {
      const { port } = server.address() as { port: number }; // it listens on TCP
      expect(await (await fetch(`http://${own.address}:${port}/`)).text()).to.equal('ok');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});

describe('the Origin header', () => {
  let api: ApiUnderTest;
  const ALLOWED = 'https://plant.example:8443';

  beforeEach(async () => {
    api = await new ApiUnderTest().open({ corsOrigins: [ALLOWED] });
  });
  afterEach(() => api.close());

  it('of the API itself is allowed, with either scheme', async () => {
    const host = `localhost:${api.port}`;
    for (const origin of [`http://${host}`, `https://${host}`, `http://LOCALHOST:${api.port}`]) {
      expect(await api.send('POST', '/api/agents/start', { ...START, headers: { host, origin } })).to.include({
        status: 200,
      });
    }
  });

  for (const origin of [
    'null',
    'http://evil.example',
    'http://localhost',
    'http://localhost:1',
    'http://plant.example:8443',
    'https://plant.example:8443.evil.example',
    'file://',
    '',
  ]) {
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      it(`of another site ("${origin}") gets 403 for ${method}, without CORS headers`, async () => {
        const headers = { origin, host: `localhost:${api.port}`, 'access-control-request-method': 'POST' };
        const answer = await api.send(method, '/api/agents/a/stop', { headers });

        expect(answer.status).to.equal(403);
        expect(answer.json).to.include({ type: '/docs#cross_origin' });
        expect(answer.headers).not.to.have.property('access-control-allow-origin');
        expect(api.control.calls).to.be.empty;
      });
    }
  }

  it('that is allowed gets CORS headers, also on errors', async () => {
    for (const path of ['/api/agents', '/nowhere']) {
      const answer = await api.send('GET', path, { headers: { origin: ALLOWED } });
      expect(answer.headers).to.include({ 'access-control-allow-origin': ALLOWED, vary: 'Origin' });
      expect(answer.headers['access-control-expose-headers']).to.contain('X-CoreRL-Version');
      expect(answer.headers).not.to.have.property('access-control-allow-credentials');
    }
  });

  it('that is allowed gets a preflight response without a token', async () => {
    await api.close();
    api = await new ApiUnderTest().open({ corsOrigins: [ALLOWED], access: fixedTokens(FULL, null) });
    const headers = { origin: ALLOWED, 'access-control-request-method': 'POST' };
    const answer = await api.send('OPTIONS', '/api/agents/start', { headers });

    expect(answer.status).to.equal(204);
    expect(answer.headers['access-control-allow-methods']).to.contain('POST');
    expect(answer.headers['access-control-allow-headers']).to.contain('Authorization');
    expect(answer.headers['access-control-allow-origin']).to.equal(ALLOWED);
  });
});

describe('tokens', () => {
  let api: ApiUnderTest;
  const OPEN = ['/livez', '/livez/', '/api/healthcheck', '/api/healthcheck/'];
  const GUARDED = ['/api/agents', '/api/agents/', '/api/services', '/docs', '/', '/readyz', '/nowhere', '/livez/x'];

  afterEach(() => api.close());

  const sent: Readonly<Record<string, string | undefined>> = {
    'no header': undefined,
    'the full token': `Bearer ${FULL}`,
    'the full token, scheme in lower case': `bearer ${FULL}`,
    'the read-only token': `Bearer ${READ}`,
    'a wrong token': `Bearer ${FULL}x`,
    'an empty token': 'Bearer ',
    'another scheme': `Basic ${FULL}`,
    'the bare token': FULL,
  };
  const FULL_WORDS = ['the full token', 'the full token, scheme in lower case'];

  for (const access of [
    { full: FULL, readOnly: READ },
    { full: FULL, readOnly: null },
    { full: null, readOnly: READ },
  ]) {
    const configured = Object.entries(access).flatMap(([name, token]) => (token === null ? [] : [name]));
    for (const [what, authorization] of Object.entries(sent)) {
      const maysWrite = access.full !== null && FULL_WORDS.includes(what);
      const mayRead = maysWrite || (access.readOnly !== null && what === 'the read-only token');
      it(`(${configured.join(' and ')}) with ${what} ${maysWrite ? 'allow all' : mayRead ? 'allow reading' : 'allow nothing'}`, async () => {
        api = await new ApiUnderTest().open({ access: fixedTokens(access.full, access.readOnly) });
        const headers = authorization === undefined ? {} : { authorization };
        for (const path of OPEN) expect((await api.send('GET', path, { headers })).status, path).to.equal(200);
        for (const path of GUARDED) {
          const answer = await api.send('GET', path, { headers });
          if (mayRead) expect(answer.status, path).not.to.equal(401);
          else expect(answer, path).to.include({ status: 401 });
          expect(answer.headers['www-authenticate'] !== undefined, path).to.equal(!mayRead);
          expect(answer.headers['x-corerl-version']).to.equal(VERSION);
        }
        const command = await api.send('POST', '/api/agents/start', { ...START, headers });
        expect(command.status).to.equal(maysWrite ? 200 : mayRead ? 403 : 401);
        expect(api.control.calls.filter(({ name }) => name === 'startAgent')).to.have.length(maysWrite ? 1 : 0);
      });
    }
  }

  it('are not required if none is configured', async () => {
    api = await new ApiUnderTest().open();
    expect(await api.send('POST', '/api/agents/start', START)).to.include({ status: 200 });
  });

  it('never appear in the log or a response', async () => {
    api = await new ApiUnderTest().open({ access: fixedTokens(FULL, READ) });
    const secret = 'guessed-token-abcdef';
    const answers = [
      await api.send('POST', '/api/agents/start', { ...START, headers: { authorization: `Bearer ${secret}` } }),
      await api.send('POST', '/api/agents/start', { ...START, headers: { authorization: `Bearer ${READ}` } }),
      await api.send('GET', `/api/agents?token=${secret}`, { headers: { authorization: `Bearer ${FULL}` } }),
    ];
    const told = JSON.stringify([answers, api.records]);
    for (const token of [secret, FULL, READ]) expect(told).not.to.contain(token);
  });
});
