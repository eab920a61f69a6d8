import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { Guards } from '../../../../lib/http/access/guards.ts';
import { openAccess, type OpenAccess } from '../../../../lib/http/access/tokens.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ApiUnderTest, recordingLog, type Answer } from '../api-under-test.ts';

const FULL = 'full-token-0123456789';
const READ = 'read-token-0123456789';
/** What Chromium sends when a page is opened. */
const BROWSER_ACCEPT = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
const OPENED = { accept: BROWSER_ACCEPT, 'sec-fetch-site': 'none' };

describe('signing in with a browser', () => {
  let file: string;
  let access: OpenAccess;
  let guards: Guards;
  let api: ApiUnderTest;

  beforeEach(async () => {
    const folder = temporaryFolder();
    file = join(folder, 'full');
    put(FULL);
    const full = { type: 'file', source: '--token-file', path: file } as const;
    access = openAccess(
      { full, readOnly: { type: 'value', tokens: [{ token: READ, name: null }] } },
      recordingLog([]),
      () => 0,
    );
    const attemptLimits = { points: 3, durationS: 60 };
    guards = new Guards({ access, allowedHosts: [], log: recordingLog([]), attemptLimits });
    api = await new ApiUnderTest().open({ access, guards });
  });
  afterEach(() => api.close());

  function put(token: string): void {
    writeFileSync(file, `${token}\n`, { mode: 0o600 });
  }

  function own(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { origin: `http://127.0.0.1:${api.port}`, 'sec-fetch-site': 'same-origin', ...more };
  }

  function setCookie({ headers }: Answer): string {
    return headers['set-cookie']?.join() ?? '';
  }

  /** Signs in and gives the Cookie header that a browser sends from then on. */
  async function signIn(token: string): Promise<string> {
    const answer = await api.send('POST', '/api/session', { headers: own({ authorization: `Bearer ${token}` }) });
    expect(answer).to.include({ status: 204, text: '' });
    return setCookie(answer).split(';')[0] ?? '';
  }

  it('begins with a page as the body of a 401, for pages that a user opens', async () => {
    for (const path of ['/', '/docs', '/api/services', '/nowhere']) {
      const answer = await api.send('GET', path, { headers: OPENED });
      expect(answer, path).to.include({ status: 401 });
      expect(answer.headers['content-type'], path).to.equal('text/html; charset=utf-8');
      expect(answer.headers['www-authenticate'], path).to.equal('Bearer realm="coredinator"');
      expect(answer.headers['content-security-policy']).to.include("script-src 'self'").and.not.to.include('unsafe');
      expect(answer.text)
        .to.include('<form>')
        .and.not.to.match(/<script>|<style|style=|onclick/);
    }
  });

  it('says why it asks a browser again that had signed in', async () => {
    const stale = `coredinator_session_${api.port}=${'x'.repeat(43)}`;
    const again = await api.send('GET', '/docs', { headers: { ...OPENED, cookie: stale } });
    expect(again.text).to.include('Your token is no longer valid. Sign in again.');
    const first = await api.send('GET', '/docs', { headers: OPENED });
    expect(first.text).not.to.include('no longer valid');
  });

  it('uses a page whose files need no token', async () => {
    const { text } = await api.send('GET', '/docs', { headers: OPENED });
    const files = [...text.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    expect(files).to.have.members(['/sign-in.js', '/sign-in.css']);
    for (const path of files) expect(await api.send('GET', path), path).to.include({ status: 200 });
  });

  it('is not offered to programs', async () => {
    for (const accept of [
      '*/*',
      'application/json',
      'application/json, text/html',
      'text/event-stream',
      'text/plain',
    ]) {
      const { status, headers } = await api.send('GET', '/api/services', { headers: { accept } });
      expect([status, headers['content-type']], accept).to.deep.equal([401, 'application/problem+json']);
    }
    const posted = await api.send('POST', '/api/agents/a/stop', { headers: { accept: BROWSER_ACCEPT } });
    expect(posted.headers['content-type']).to.equal('application/problem+json');
  });

  it('sets a cookie that scripts cannot read, that only pages of this host send, and that hides the token', async () => {
    const answer = await api.send('POST', '/api/session', { headers: own({ authorization: `Bearer ${FULL}` }) });
    expect(setCookie(answer)).to.match(
      new RegExp(`^coredinator_session_${api.port}=[\\w-]{43}; Path=/; HttpOnly; SameSite=Strict$`),
    );
    for (const form of [FULL, Buffer.from(FULL).toString('base64url')]) expect(setCookie(answer)).not.to.include(form);
  });

  it('sets a Secure cookie only if the page was loaded over TLS', async () => {
    const headers = { authorization: `Bearer ${FULL}`, origin: `https://127.0.0.1:${api.port}` };
    expect(setCookie(await api.send('POST', '/api/session', { headers }))).to.match(/; Secure$/);
  });

  it('admits what its token admits', async () => {
    const full = await signIn(FULL);
    const read = await signIn(READ);
    const stop = (cookie: string) => api.send('POST', '/api/agents/a/stop', { headers: own({ cookie }) });
    expect(await api.send('GET', '/api/services', { headers: { ...OPENED, cookie: full } })).to.include({
      status: 200,
    });
    expect(await api.send('GET', '/api/services', { headers: { ...OPENED, cookie: read } })).to.include({
      status: 200,
    });
    expect([(await stop(full)).status, (await stop(read)).status]).to.deep.equal([200, 403]);
  });

  it('does not count for requests that another page may have caused', async () => {
    const cookie = await signIn(FULL);
    const status = async (method: string, headers: Readonly<Record<string, string>>): Promise<number> => {
      const path = method === 'GET' ? '/api/services' : '/api/agents/a/stop';
      return (await api.send(method, path, { headers: { ...headers, cookie } })).status;
    };
    for (const site of ['cross-site', 'same-site', 'anything']) {
      expect(await status('GET', { 'sec-fetch-site': site }), site).to.equal(401);
      expect(await status('POST', { 'sec-fetch-site': site }), site).to.equal(401);
    }
    expect(await status('POST', { 'sec-fetch-site': 'none' })).to.equal(401);
    // A browser that says nothing of the site, as over plain HTTP to another machine.
    expect(await status('POST', {})).to.equal(401);
    expect(await status('POST', { origin: `http://127.0.0.1:${api.port}` })).to.equal(200);
    expect(await status('GET', {})).to.equal(200);
  });

  it('does not count for pages of an origin that may use the API with a token', async () => {
    await api.close();
    await api.open({ access, corsOrigins: ['https://other.example'] });
    const cookie = await signIn(FULL);
    const headers = { cookie, origin: 'https://other.example' };
    expect(await api.send('GET', '/api/services', { headers })).to.include({ status: 401 });
    const allowed = { ...headers, authorization: `Bearer ${FULL}` };
    expect(await api.send('GET', '/api/services', { headers: allowed })).to.include({ status: 200 });
  });

  it('survives the host, and ends when the token is removed from its file: the cookie is removed', async () => {
    const given = await signIn(FULL);
    await api.close();
    await api.open({ access });
    // Its name has the port, which is another one now.
    const headers = { ...OPENED, cookie: given.replace(/_\d+=/, `_${api.port}=`) };
    expect(await api.send('GET', '/api/services', { headers })).to.include({ status: 200 });

    put('another-token-0123456789');
    access.reread();
    const answer = await api.send('GET', '/api/services', { headers });
    expect(answer.status).to.equal(401);
    expect(setCookie(answer)).to.include(`coredinator_session_${api.port}=; Max-Age=0`);
  });

  it('is reported by GET /api/session, like a token that a program sends', async () => {
    const told = async (headers: Readonly<Record<string, string>>) =>
      (await api.send('GET', '/api/session', { headers })).json;
    expect(await told(own({ cookie: await signIn(FULL) }))).to.deep.equal({ signed_in_by: 'cookie', scope: 'full' });
    expect(await told(own({ cookie: await signIn(READ) }))).to.deep.equal({ signed_in_by: 'cookie', scope: 'read' });
    const authorization = `Bearer ${READ}`;
    expect(await told({ authorization })).to.deep.equal({ signed_in_by: 'token', scope: 'read' });
    expect(await api.send('GET', '/api/session')).to.include({ status: 401 });
  });

  it('ends with DELETE /api/session', async () => {
    const cookie = await signIn(READ);
    const answer = await api.send('DELETE', '/api/session', { headers: own({ cookie }) });
    expect(answer.status).to.equal(204);
    expect(setCookie(answer)).to.match(/=; Max-Age=0; Path=\/; HttpOnly; SameSite=Strict$/);
  });

  it('counts wrong tokens and cookies like all others', async () => {
    const headers = own({ authorization: 'Bearer wrong-token-0123456789' });
    const statuses: number[] = [];
    for (let sent = 0; sent < 2; sent += 1) statuses.push((await api.send('POST', '/api/session', { headers })).status);
    const cookie = `coredinator_session_${api.port}=${'A'.repeat(43)}`;
    for (let sent = 0; sent < 2; sent += 1) {
      statuses.push((await api.send('GET', '/docs', { headers: { ...OPENED, cookie } })).status);
    }
    expect(statuses).to.deep.equal([401, 401, 401, 429]);
    await signIn(FULL);
  });

  it('is not needed, and sets no cookie, if no token is configured', async () => {
    await api.close();
    await api.open();
    const answer = await api.send('POST', '/api/session', { headers: own() });
    expect(answer.status).to.equal(204);
    expect(setCookie(answer)).to.equal('');
    const { json } = await api.send('GET', '/api/session', { headers: own() });
    expect(json).to.deep.equal({ signed_in_by: null, scope: 'full' });
  });

  describe('for a WebSocket', () => {
    /** Asks to become a WebSocket; gives what the guards say, as a status and a scope. */
    function ask(headers: Readonly<Record<string, string>>): Promise<string> {
      api.listening.server.removeAllListeners('upgrade');
      return new Promise((resolve, reject) => {
        api.listening.server.once('upgrade', (req, socket) => {
          socket.destroy();
          guards.upgrade(req).then((verdict) => {
            resolve(verdict.isAllowed ? verdict.admission.scope : verdict.refusal.code);
          }, reject);
        });
        const upgrade = { connection: 'Upgrade', upgrade: 'websocket', ...headers };
        request({ host: '127.0.0.1', port: api.port, path: '/inspector/ws?x=1', agent: false, headers: upgrade })
          .on('error', () => undefined) // it is cut
          .end();
      });
    }

    const cases: readonly [string, (cookie: { full: string; read: string }) => IncomingHttpHeaders, string][] = [
      ['nothing', () => ({}), 'token_required'],
      ['a token', () => ({ authorization: `Bearer ${FULL}` }), 'full'],
      ['a read-only token', () => ({ authorization: `Bearer ${READ}` }), 'read'],
      ['a wrong token', () => ({ authorization: 'Bearer wrong-token-0123456789' }), 'token_required'],
      ['the cookie of a page of this host', ({ full }) => ({ ...ownOrigin(), cookie: full }), 'full'],
      ['the cookie of a page of this host, read-only', ({ read }) => ({ ...ownOrigin(), cookie: read }), 'read'],
      ['the cookie without an Origin', ({ full }) => ({ cookie: full }), 'token_required'],
      ['the cookie, opened by its user', ({ full }) => ({ cookie: full, 'sec-fetch-site': 'none' }), 'token_required'],
      ['a page of elsewhere', ({ full }) => ({ origin: 'http://evil.example', cookie: full }), 'cross_origin'],
      ['a foreign name', () => ({ host: 'evil.example', authorization: `Bearer ${FULL}` }), 'host_not_served'],
    ];

    function ownOrigin(): IncomingHttpHeaders {
      return { origin: `http://127.0.0.1:${api.port}` };
    }

    for (const [what, headers, expected] of cases) {
      it(`says ${expected} to ${what}`, async () => {
        const cookies = { full: await signIn(FULL), read: await signIn(READ) };
        // Every one of the headers above is one line of text.
        expect(await ask(headers(cookies) as Record<string, string>)).to.equal(expected);
      });
    }
  });
});
