import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { expect } from 'chai';
import { WebSocket } from 'ws';
import { readCertificate } from '../../../lib/http/server/tls-files.ts';
import { openAccess } from '../../../lib/http/access/tokens.ts';
import { ActorRoots } from '../../../lib/inspect/actor-roots.ts';
import { openInspector, type Inspector } from '../../../lib/inspect/inspector.ts';
import { wallTimers } from '../../../lib/ports/wall-timers.ts';
import { ActorWorld } from '../../support/actors/actor-world.ts';
import { FIRST } from '../../support/built/certificates.ts';
import { recordingLog } from '../../support/control/control-world.ts';
import { eventually } from '../../support/eventually.ts';
import { agentPlan } from '../../support/actors/specs.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ApiUnderTest, fixedTokens, VERSION } from '../http/api-under-test.ts';

const FULL = 'full-token-0123456789';
const READ = 'read-token-0123456789';
const PATH = '/inspector/ws';

/** What a client sends to open a WebSocket, with some of it replaced. */
function handshake(more: Readonly<Record<string, string | null>> = {}, line = `GET ${PATH} HTTP/1.1`): string {
  const headers: Readonly<Record<string, string | null>> = {
    Host: 'localhost',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Version': '13',
    'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
    ...more,
  };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return `${[line, ...lines].join('\r\n')}\r\n\r\n`;
}

function closing(socket: WebSocket): Promise<{ readonly code: number; readonly reason: string }> {
  return new Promise((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() });
    });
  });
}

function opening(socket: WebSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.on('open', resolve);
    socket.on('error', reject);
  });
}

describe('WebSockets of the inspector', () => {
  const api = new ApiUnderTest();
  let world: ActorWorld;
  let inspector: Inspector;
  const sockets: WebSocket[] = [];

  beforeEach(async () => {
    world = new ActorWorld();
    world.startAgent(agentPlan('pump1'));
    for (let round = 0; round < 3; round += 1) await world.pass(200);
    const limits = { maxViewers: 2 };
    const roots = new ActorRoots();
    roots.add(world.root);
    inspector = openInspector({
      ...{ roots, clock: world.clock, timers: wallTimers, log: recordingLog(), limits, boot: 'run1' },
    });
  });
  afterEach(async () => {
    inspector.close();
    for (const socket of sockets.splice(0)) socket.terminate();
    await api.close();
  });

  function open(options: Parameters<ApiUnderTest['open']>[0] = {}, listening = {}): Promise<ApiUnderTest> {
    return api.open({ ...options, upgrades: { [PATH]: inspector.accept } }, listening);
  }

  function watch(headers: Readonly<Record<string, string>> = {}, base = `ws://127.0.0.1:${api.port}`): WebSocket {
    const socket = new WebSocket(`${base}${PATH}`, { headers });
    sockets.push(socket);
    return socket;
  }

  it('are accepted by the receiver of @statelyai/inspect: every actor, then what happens', async () => {
    await open();
    const received: StatelyInspectionEvent[] = [];
    createWebSocketReceiver({ server: `ws://127.0.0.1:${api.port}${PATH}` }).subscribe((event) => {
      received.push(event);
    });
    const registered = (): readonly string[] =>
      received.flatMap((event) => (event.type === '@xstate.actor' ? [event.name] : []));
    await eventually(() => {
      expect(registered()).to.include.members(['root', 'agent:pump1', 'service:pump1-coreio', 'service:pump1-corerl']);
      expect(registered()).to.have.length(6);
    });
    expect(received[0]).to.include({ type: '@xstate.actor', sessionId: `run1/${world.root.sessionId}` });

    world.stopAgent('pump1');
    await eventually(() => {
      const events = received.flatMap((event) => (event.type === '@xstate.event' ? [event.event.type] : []));
      expect(events).to.include.members(['agent.stop', 'service.release']);
    });
  });

  it('stop observing the actors when the last viewer has disconnected', async () => {
    await open();
    const socket = watch();
    await opening(socket);
    expect(inspector.viewers).to.equal(1);
    socket.close();
    await eventually(() => {
      expect(inspector.viewers).to.equal(0);
    });
  });

  it('ignore what viewers send, and close with 1009 if it is too much', async () => {
    await open();
    const socket = watch();
    await opening(socket);
    socket.send('{"type":"service.stop"}');
    socket.send('x'.repeat(2_000));
    expect((await closing(socket)).code).to.equal(1009);
    expect(world.agentState('pump1')).to.equal('running');
  });

  it('close with 1013 if there are too many', async () => {
    await open();
    await Promise.all([opening(watch()), opening(watch())]);
    expect(await closing(watch())).to.deep.equal({
      code: 1013,
      reason: 'Too many viewers are connected to this host. Close one, or try again later.',
    });
  });

  it('close with 1001 when the host shuts down', async () => {
    await open();
    const socket = watch();
    await opening(socket);
    inspector.close();
    expect((await closing(socket)).code).to.equal(1001);
  });

  it('require a token if the API does; a read-only one is enough', async () => {
    await open({ access: fixedTokens(FULL, READ) });
    await opening(watch({ authorization: `Bearer ${READ}` }));
    await opening(watch({ authorization: `Bearer ${FULL}` }));
    expect(inspector.viewers).to.equal(2);
  });

  it('open for a page of this host in a signed-in browser, and for no other page', async () => {
    await open({ access: fixedTokens(FULL, READ), corsOrigins: ['https://plant.example'] });
    const origin = `http://127.0.0.1:${api.port}`;
    const signedIn = await api.send('POST', '/api/session', {
      headers: { authorization: `Bearer ${READ}`, origin, host: `127.0.0.1:${api.port}` },
    });
    const cookie = String(signedIn.headers['set-cookie']?.[0]).split(';')[0]!;
    await opening(watch({ cookie, origin }));
    const refused = await opening(watch({ cookie, origin: 'https://plant.example' })).catch((error: unknown) => error);
    expect(String(refused)).to.include('401');
    expect(inspector.viewers).to.equal(1);
  });

  it('close with 1008 when the token that opened them is removed from its file', async () => {
    const path = join(temporaryFolder(), 'tokens');
    writeFileSync(path, `${FULL}\n${READ}\n`, { mode: 0o600 });
    let nowMs = 0;
    const full = { type: 'file', source: '--token-file', path } as const;
    const access = openAccess({ full, readOnly: null }, recordingLog(), () => nowMs);
    await open({ access });
    const [kept, withdrawn] = [watch({ authorization: `Bearer ${FULL}` }), watch({ authorization: `Bearer ${READ}` })];
    await Promise.all([opening(kept), opening(withdrawn)]);
    writeFileSync(path, `${FULL}\n`);
    nowMs += 5_000;
    access.reread();
    expect((await closing(withdrawn)).code).to.equal(1008);
    expect(inspector.viewers).to.equal(1);
  });

  it('open for pages of this host and of allowed origins', async () => {
    await open({ corsOrigins: ['https://plant.example'] });
    await opening(watch({ origin: `http://127.0.0.1:${api.port}` }));
    await opening(watch({ origin: 'https://plant.example' }));
    expect(inspector.viewers).to.equal(2);
  });

  const refusals: readonly (readonly [what: string, request: string, status: number, code: string])[] = [
    ['without a token', handshake(), 401, 'token_required'],
    ['with a wrong token', handshake({ Authorization: 'Bearer wrong' }), 401, 'token_required'],
    ['of a page from elsewhere', authorised({ Origin: 'https://evil.example' }), 403, 'cross_origin'],
    ['of a page of another port', authorised({ Origin: 'http://localhost:1' }), 403, 'cross_origin'],
    ['for a name that is not served', authorised({ Host: 'evil.example' }), 421, 'host_not_served'],
    ['without a Host', authorised({ Host: null }), 400, 'host_missing'],
    ['by POST', authorised({ Authorization: `Bearer ${FULL}` }, `POST ${PATH} HTTP/1.1`), 405, 'method_not_allowed'],
    ['of another version', authorised({ 'Sec-WebSocket-Version': '7' }), 426, 'upgrade_required'],
    ['with a key that is none', authorised({ 'Sec-WebSocket-Key': 'x' }), 400, 'malformed_handshake'],
    ['that asks for no upgrade', authorised({ Upgrade: null, Connection: 'close' }), 426, 'upgrade_required'],
    [
      'to a path without one',
      authorised({ Connection: 'Upgrade, close' }, 'GET /inspector/w HTTP/1.1'),
      404,
      'route_not_found',
    ],
  ];

  function authorised(more: Readonly<Record<string, string | null>>, line?: string): string {
    return handshake({ Authorization: `Bearer ${READ}`, ...more }, line);
  }

  for (const [what, request, status, code] of refusals) {
    it(`are rejected with ${status} ${what}, as a problem document, and the connection is closed`, async () => {
      await open({ access: fixedTokens(FULL, READ) });
      const [head = '', body = ''] = (await api.raw(request)).split('\r\n\r\n');
      expect(head).to.match(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(head.toLowerCase())
        .to.include('content-type: application/problem+json')
        .and.to.include(`x-corerl-version: ${VERSION}`);
      if (status === 426) expect(head).to.match(/^upgrade: websocket\r?$/im);
      expect(JSON.parse(body)).to.include({ status, type: `/docs#${code}` });
      expect(inspector.viewers).to.equal(0);
    });
  }

  it('count wrong tokens together with those of requests', async () => {
    await open({ access: fixedTokens(FULL, READ), attemptLimits: { points: 2, durationS: 60 } });
    const wrong = { authorization: 'Bearer wrong' };
    await api.send('GET', '/api/services', { headers: wrong });
    await api.raw(handshake({ Authorization: 'Bearer wrong' }));
    expect(await api.raw(handshake({ Authorization: 'Bearer wrong' }))).to.match(/^HTTP\/1\.1 429 /);
    await opening(watch({ authorization: `Bearer ${READ}` }));
  });

  it('open over TLS, where offers of other protocols are also ignored', async () => {
    const folder = temporaryFolder();
    const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
    writeFileSync(files.cert, FIRST.cert);
    writeFileSync(files.key, FIRST.key, { mode: 0o600 });
    await open({}, { certificate: readCertificate(files, recordingLog()) });
    const socket = new WebSocket(`wss://localhost:${api.port}${PATH}`, { ca: FIRST.cert });
    sockets.push(socket);
    await opening(socket);
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      const plain = connect({ host: '127.0.0.1', port: api.port, servername: 'localhost', ca: FIRST.cert }, () => {
        plain.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n');
      });
      plain.on('data', (part: Buffer) => (text += part.toString()));
      plain.on('error', reject);
      plain.on('close', () => {
        resolve(text);
      });
    });
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
  });

  it('open on a Unix socket, whatever the Host', async () => {
    const path = join(temporaryFolder(), 'api.sock');
    await open({ isUnixSocket: true }, { place: { type: 'unix', path } });
    const socket = new WebSocket(`ws+unix:${path}:${PATH}`, { headers: { host: 'anything' } });
    sockets.push(socket);
    await opening(socket);
    expect(inspector.viewers).to.equal(1);
  });

  it('leave requests alone that offer another protocol: they are handled as if they did not', async () => {
    await open();
    const offer = 'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA';
    const body = JSON.stringify({ config_path: '/plant/pump7.yaml' });
    const first = `POST /api/agents/start HTTP/1.1\r\nHost: localhost\r\n${offer}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const second = 'GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
    const answers = await api.raw(first + second);
    expect(answers.match(/HTTP\/1\.1 \d+/g)).to.deep.equal(['HTTP/1.1 200', 'HTTP/1.1 200']);
    expect(answers).to.include('"pump7"');
    expect(api.control.calls.map(({ name }) => name)).to.include('startAgent');
  });
});
