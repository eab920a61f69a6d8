import { expect } from 'chai';
import { serviceView } from '../../../support/control/fake-control.ts';
import { ApiUnderTest, type Answer } from '../api-under-test.ts';

let api: ApiUnderTest;

beforeEach(async () => {
  api = await new ApiUnderTest().open();
});
afterEach(() => api.close());

const START = { body: { config_path: '/cfg/pump1.yaml' } };

function define(headers: Record<string, string> = {}, body: object = START.body): Promise<Answer> {
  return api.send('POST', '/api/agents/pump1', { body, headers });
}

function problemOf({ status, json }: Answer): readonly [number, string] {
  return [status, (json as { type: string }).type.replace('/docs#', '')];
}

const argumentOf = (name: string): unknown => api.control.calls.findLast((call) => call.name === name)?.argument;
const timesOf = (name: string): number => api.control.calls.filter((call) => call.name === name).length;

describe('an agent as a resource', () => {
  it('is created with 201 and a Location, and returned with 200 from then on', async () => {
    const created = await define();
    expect(created.status).to.equal(201);
    expect(created.headers.location).to.equal('/api/agents/pump1');
    expect(created.json).to.include({ id: 'pump1', state: 'running' });
    const again = await define();
    expect(again.status).to.equal(200);
    expect(again.headers).to.not.have.property('location');
    const got = await api.send('GET', '/api/agents/pump1');
    expect(got.headers.etag)
      .to.match(/^"[0-9a-f]{8}"$/)
      .and.equal(created.headers.etag);
  });

  it('accepts what a start accepts, and whether to start', async () => {
    const body = { config_path: '/cfg/a.yaml', coreio_id: 'io', agent_type: 'tep-demo', autostart: false };
    await define({}, body);
    const more = { coreioId: 'io', agentType: 'tep-demo', isStarted: false };
    expect(argumentOf('defineAgent')).to.deep.equal({ agentId: 'pump1', configPath: '/cfg/a.yaml', ...more });
    expect(problemOf(await define({}, { ...body, agent_id: 'x' }))).to.deep.equal([422, 'invalid_request']);
  });

  it('can be checked before it is started, with what a start accepts', async () => {
    const body = { config_path: '/cfg/a.yaml', agent_id: 'x', agent_type: 'tep-demo', coreio_id: null };
    const { status, json } = await api.send('POST', '/api/agent-check', { body });
    expect(status).to.equal(200);
    expect(json).to.deep.include({ id: 'x', type: 'tep-demo', config_path: '/cfg/a.yaml', state: null });
    expect(argumentOf('checkAgent')).to.deep.equal({ configPath: '/cfg/a.yaml', agentId: 'x', agentType: 'tep-demo' });
    expect(timesOf('startAgent') + timesOf('defineAgent')).to.equal(0);
    const wrong = await api.send('POST', '/api/agent-check', { body: { ...body, autostart: true } });
    expect(problemOf(wrong)).to.deep.equal([422, 'invalid_request']);
  });

  it('is only changed and deleted in the state that the client has seen', async () => {
    const { etag = '' } = (await define({ 'If-None-Match': '*' })).headers;
    expect(problemOf(await define({ 'If-None-Match': '*' }))).to.deep.equal([412, 'precondition_failed']);
    expect((await define({ 'If-Match': `"00000000", ${etag}` })).status).to.equal(200);
    await api.send('POST', '/api/agents/pump1/stop');
    const stale = await api.send('DELETE', '/api/agents/pump1', { headers: { 'If-Match': etag } });
    expect(problemOf(stale)).to.deep.equal([412, 'precondition_failed']);
    expect((await api.send('DELETE', '/api/agents/pump1', { headers: { 'If-Match': '*' } })).status).to.equal(204);
    const missing = await define({ 'If-Match': '*' });
    expect(problemOf(missing)).to.deep.equal([412, 'precondition_failed']);
  });

  it('rejects invalid conditions', async () => {
    for (const headers of [{ 'If-Match': 'W/"1"' }, { 'If-Match': 'abc' }, { 'If-None-Match': '"1"' }]) {
      expect(problemOf(await define(headers)), JSON.stringify(headers)).to.deep.equal([422, 'invalid_request']);
    }
  });

  it('is deleted without a body, and unknown then', async () => {
    await define();
    const deleted = await api.send('DELETE', '/api/agents/pump1/');
    expect([deleted.status, deleted.text]).to.deep.equal([204, '']);
    expect(problemOf(await api.send('DELETE', '/api/agents/pump1'))).to.deep.equal([404, 'agent_not_found']);
    for (const verb of ['start', 'restart']) {
      const answer = await api.send('POST', `/api/agents/pump1/${verb}`);
      expect(problemOf(answer), verb).to.deep.equal([404, 'agent_not_found']);
    }
    expect((await api.send('POST', '/api/agents/pump1/stop')).status).to.equal(200);
  });

  it('is listed in pages, while the list of ids stays as it was', async () => {
    for (const id of ['a', 'b', 'c']) await api.send('POST', `/api/agents/${id}`, START);
    const first = await api.send('GET', '/api/agent-views?limit=2');
    expect((first.json as { agents: { id: string }[] }).agents.map(({ id }) => id)).to.deep.equal(['a', 'b']);
    const last = await api.send('GET', '/api/agent-views?limit=2&cursor=b');
    expect(last.json).to.deep.include({ next: null });
    expect(problemOf(await api.send('GET', '/api/agent-views?cursor=z'))).to.deep.equal([422, 'invalid_request']);
    expect((await api.send('GET', '/api/agents/')).json).to.deep.equal(['a', 'b', 'c']);
  });
});

describe('a service as a resource', () => {
  beforeEach(() => {
    const pump = { ...serviceView('pump1-corerl'), agents: ['pump1'] };
    api.control.listed.push(pump, { ...serviceView('b', 'failed'), kind: 'coreio' }, serviceView('c', 'stopped'));
  });

  const idsOf = ({ json }: Answer): string[] => (json as { services: { id: string }[] }).services.map(({ id }) => id);

  it('is found by whether it is ready and whether it flaps, together with its state', async () => {
    const since = '2026-01-02T03:04:05.678Z';
    const flapping = { restarts: 6, exact: true, since, until: since, threshold: 5 };
    api.control.listed.push(
      { ...serviceView('d'), substate: 'unready', ready: false },
      { ...serviceView('e', 'backoff'), flapping },
    );
    expect(idsOf(await api.send('GET', '/api/services?ready=false'))).to.deep.equal(['d']);
    expect(idsOf(await api.send('GET', '/api/services?ready=true'))).to.deep.equal(['pump1-corerl']);
    expect(idsOf(await api.send('GET', '/api/services?ready=false&state=failed'))).to.deep.equal([]);
    expect(idsOf(await api.send('GET', '/api/services?flapping=true'))).to.deep.equal(['e']);
    expect(idsOf(await api.send('GET', '/api/services?flapping=false&state=failed&state=backoff'))).to.deep.equal([
      'b',
    ]);
    expect(problemOf(await api.send('GET', '/api/services?ready=no'))).to.deep.equal([422, 'invalid_request']);
  });

  it('is found by agent, state and kind, page by page', async () => {
    expect(idsOf(await api.send('GET', '/api/services?agent_id=pump1'))).to.deep.equal(['pump1-corerl']);
    expect(idsOf(await api.send('GET', '/api/services?state=failed'))).to.deep.equal(['b']);
    expect(idsOf(await api.send('GET', '/api/services?kind=corerl&limit=1'))).to.deep.equal(['pump1-corerl']);
    const next = await api.send('GET', '/api/services?kind=corerl&cursor=b');
    expect(idsOf(next)).to.deep.equal(['c']); // also behind one that does not fit (any more)
    expect(idsOf(await api.send('GET', '/api/services?state=failed,stopped'))).to.deep.equal(['b', 'c']);
    expect(problemOf(await api.send('GET', '/api/services?state=dead'))).to.deep.equal([422, 'invalid_request']);
  });

  it('receives the signals that clients may send', async () => {
    const signal = (name: string) => api.send('POST', '/api/services/b/signal', { body: { signal: name } });
    expect((await signal('SIGHUP')).json).to.include({ id: 'b' });
    expect(argumentOf('signalService')).to.deep.equal({ id: 'b', signal: 'SIGHUP' });
    for (const name of ['SIGKILL', 'SIGSTOP', 'HUP', '']) {
      const refused = await signal(name);
      expect(problemOf(refused), name).to.deep.equal([422, 'invalid_request']);
      expect(refused.text).to.contain('SIGHUP, SIGINT');
    }
  });

  it('is deleted with 204', async () => {
    expect((await api.send('DELETE', '/api/services/b')).status).to.equal(204);
    expect(problemOf(await api.send('DELETE', '/api/services/b'))).to.deep.equal([404, 'service_not_found']);
  });
});

describe('a command that waits', () => {
  it('forwards the state and the timeout', async () => {
    await api.send('POST', '/api/agents/start?wait=running&timeout=1.5s', START);
    expect(argumentOf('startAgent')).to.include({ until: 'running', timeoutMs: 1_500 });
    await api.send('POST', '/api/agents/pump1/restart?wait=ready');
    expect(argumentOf('restartAgent')).to.include({ until: 'ready', timeoutMs: 30_000 });
    await api.send('POST', '/api/agents/pump1/stop/?wait=stopped&timeout=10m');
    expect(argumentOf('stopAgent')).to.include({ until: 'stopped', timeoutMs: 600_000 });
  });

  for (const [what, query] of [
    ['a state that is not its end', 'wait=stopped'],
    ['too long a time', 'wait=running&timeout=11m'],
    ['what is no duration', 'wait=running&timeout=10'],
    ['a time without a state', 'timeout=1s'],
  ] as const) {
    it(`is refused with ${what}`, async () => {
      const answer = await api.send('POST', `/api/agents/start?${query}`, START);
      expect(problemOf(answer)).to.deep.equal([422, 'invalid_request']);
    });
  }
});

describe('a command with an Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': '"k-1"' };

  it('is executed once, and gets the same response twice', async () => {
    const first = await define(headers);
    const again = await define({ 'Idempotency-Key': 'k-1' });
    expect(timesOf('defineAgent')).to.equal(1);
    expect([again.status, again.text]).to.deep.equal([201, first.text]);
    for (const name of ['location', 'etag', 'content-type'] as const) {
      expect(again.headers[name], name).to.equal(first.headers[name]);
    }
    expect(again.headers['idempotency-replayed']).to.equal('true');
    expect(first.headers).to.not.have.property('idempotency-replayed');
  });

  it('is replayed without a body if there was none', async () => {
    await define();
    for (const isAgain of [false, true]) {
      const { status, text, headers: answered } = await api.send('DELETE', '/api/agents/pump1', { headers });
      expect([status, text]).to.deep.equal([204, '']);
      expect(answered['idempotency-replayed']).to.equal(isAgain ? 'true' : undefined);
    }
  });

  it('is rejected for another request: path, query or body', async () => {
    await define(headers);
    for (const [path, body] of [
      ['/api/agents/pump2', START.body],
      ['/api/agents/pump1', { config_path: '/cfg/other.yaml' }],
      ['/api/agents/pump1/stop?wait=stopped', undefined],
    ] as const) {
      const answer = await api.send('POST', path, { headers, ...(body === undefined ? {} : { body }) });
      expect(problemOf(answer), path).to.deep.equal([422, 'idempotency_key_reused']);
    }
    expect((await api.send('POST', '/api/agents/pump1/', { ...START, headers })).status).to.equal(201);
  });

  it('is rejected while the first one is in progress', async () => {
    let open = (): void => undefined;
    api.control.gate = new Promise((resolve) => (open = resolve));
    const first = define(headers);
    while (timesOf('defineAgent') === 0) await new Promise((resolve) => setImmediate(resolve));
    const second = await define(headers);
    expect(problemOf(second)).to.deep.equal([409, 'idempotency_key_in_flight']);
    open();
    expect((await first).status).to.equal(201);
  });

  it('may be retried after an error', async () => {
    expect((await api.send('POST', '/api/agents/pump1/restart', { headers })).status).to.equal(404);
    await define();
    expect((await api.send('POST', '/api/agents/pump1/restart', { headers })).status).to.equal(200);
  });

  it('requires a valid key', async () => {
    for (const key of ['a b', 'x'.repeat(256), '""']) {
      const answer = await define({ 'Idempotency-Key': key });
      expect(problemOf(answer), key).to.deep.equal([422, 'invalid_request']);
    }
    expect((await api.send('GET', '/api/agents', { headers: { 'Idempotency-Key': 'a b' } })).status).to.equal(200);
  });
});

describe('the configuration', () => {
  it('is applied as the client has seen it, or not at all', async () => {
    const looked = await api.send('POST', '/api/config/reload?dry_run=true');
    const { etag = '' } = looked.headers;
    expect(etag).to.equal(`"${(looked.json as { revision: string }).revision}"`);
    expect((await api.send('POST', '/api/config/reload', { headers: { 'If-Match': etag } })).status).to.equal(200);
    const stale = await api.send('POST', '/api/config/reload', { headers: { 'If-Match': '"0"' } });
    expect(problemOf(stale)).to.deep.equal([412, 'precondition_failed']);
  });
});

describe('POST /api/shutdown', () => {
  it('responds with 202 and the mode of the shutdown', async () => {
    const asked = await api.send('POST', '/api/shutdown', { body: { mode: 'drain' } });
    expect([asked.status, asked.json]).to.deep.equal([202, { mode: 'drain' }]);
    expect((await api.send('POST', '/api/shutdown', { body: {} })).json).to.deep.equal({ mode: 'detach' });
    expect((await api.send('POST', '/api/shutdown', { body: { mode: 'now' } })).status).to.equal(422);
  });
});
