import { expect } from 'chai';
import { ApiUnderTest, VERSION } from './api-under-test.ts';
import type { Answer } from './api-under-test.ts';
import { explainView, serviceView } from '../../support/control/fake-control.ts';

interface Case {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: object;
  readonly status: number;
  readonly json?: unknown;
  /** The problem code instead of a body. */
  readonly problem?: string;
}

const PUMP = {
  id: 'pump1',
  state: 'running',
  intended_state: 'running',
  config_path: '/cfg/pump1.yaml',
  service_statuses: {
    corerl: {
      id: 'pump1-corerl',
      state: 'running',
      intended_state: 'running',
      config_path: '/cfg/pump1.yaml',
      pid: null,
      place: null,
      version: '1.2.3',
      restarts: 0,
    },
  },
};
const IO_STATUS = { ...PUMP.service_statuses.corerl, id: 'shared', config_path: '/cfg/io.yaml' };
const EVENT = {
  seq: 7,
  at: '2026-01-02T03:04:05.678Z',
  type: 'service.started',
  cause: 'deadline' as const,
  correlation_id: null,
  detail: {},
};

const CASES: readonly Case[] = [
  { method: 'POST', path: '/api/agents/start', body: { config_path: '/cfg/a.yaml' }, status: 200, json: 'a' },
  {
    method: 'POST',
    path: '/api/agents/start',
    body: { config_path: '/cfg/b.yaml', agent_id: 'x', coreio_id: null },
    status: 200,
    json: 'x',
  },
  {
    method: 'POST',
    path: '/api/agents/start',
    body: { config_path: '/other.yaml', agent_id: 'pump1' },
    status: 409,
    problem: 'agent_conflict',
  },
  { method: 'POST', path: '/api/agents/pump1/stop', status: 200, json: null },
  { method: 'POST', path: '/api/agents/nobody/stop', status: 200, json: null },
  { method: 'POST', path: '/api/agents/-bad/stop', status: 422, problem: 'invalid_id' },
  { method: 'GET', path: '/api/agents/pump1/status', status: 200, json: PUMP },
  {
    method: 'GET',
    path: '/api/agents/nobody/status',
    status: 200,
    json: { id: 'nobody', state: 'stopped', intended_state: 'stopped', config_path: null, service_statuses: {} },
  },
  { method: 'GET', path: '/api/agents/a%2Fb/status', status: 422, problem: 'invalid_id' },
  { method: 'GET', path: '/api/agents', status: 200, json: ['pump1'] },
  ...['/api/agents/demos/tep', '/demo/tep'].flatMap((demo): readonly Case[] => [
    { method: 'POST', path: `${demo}/start`, body: { config_path: '/cfg/t.yaml' }, status: 200, json: 't' },
    { method: 'POST', path: `${demo}/start`, body: {}, status: 422, problem: 'invalid_request' },
    { method: 'POST', path: `${demo}/pump1/stop`, status: 200, json: null },
    { method: 'GET', path: `${demo}/pump1/status`, status: 200, json: PUMP },
  ]),
  {
    method: 'GET',
    path: '/api/agents/pump1',
    status: 200,
    json: {
      id: 'pump1',
      type: 'default',
      state: 'running',
      intended_state: 'running',
      config_path: '/cfg/pump1.yaml',
      services: ['pump1-corerl'],
      since: '2026-01-02T03:04:05.678Z',
      reason: null,
      reason_code: null,
    },
  },
  { method: 'GET', path: '/api/agents/nobody', status: 404, problem: 'agent_not_found' },
  { method: 'GET', path: '/api/agents/b%20d', status: 422, problem: 'invalid_id' },
  ...['io', 'coreio'].flatMap((io): readonly Case[] => [
    {
      method: 'POST',
      path: `/api/${io}/start`,
      body: { config_path: '/cfg/io.yaml', coreio_id: 'second' },
      status: 200,
      json: {
        service_id: 'second',
        message: 'Service "second" is starting.',
        config_path: '/cfg/io.yaml',
        status: { ...IO_STATUS, id: 'second', state: 'starting' },
      },
    },
    {
      method: 'POST',
      path: `/api/${io}/shared/stop`,
      status: 200,
      json: { service_id: 'shared', status: { ...IO_STATUS, state: 'stopped', intended_state: 'stopped' } },
    },
    { method: 'POST', path: `/api/${io}/nobody/stop`, status: 404, problem: 'service_not_found' },
    { method: 'POST', path: `/api/${io}/.bad/stop`, status: 422, problem: 'invalid_id' },
    { method: 'GET', path: `/api/${io}/shared/status`, status: 200, json: { service_id: 'shared', status: IO_STATUS } },
    { method: 'GET', path: `/api/${io}/nobody/status`, status: 404, problem: 'service_not_found' },
    { method: 'GET', path: `/api/${io}/.bad/status`, status: 422, problem: 'invalid_id' },
    {
      method: 'GET',
      path: `/api/${io}`,
      status: 200,
      json: { coreio_services: [{ service_id: 'shared', status: IO_STATUS }] },
    },
  ]),
  { method: 'GET', path: '/api/services', status: 200, json: { services: [serviceView('s1')], next: null } },
  { method: 'GET', path: '/api/services/s1', status: 200, json: serviceView('s1') },
  { method: 'GET', path: '/api/services/nobody', status: 404, problem: 'service_not_found' },
  { method: 'GET', path: '/api/services/_bad', status: 422, problem: 'invalid_id' },
  ...['start', 'stop', 'restart'].flatMap((command): readonly Case[] => [
    { method: 'POST', path: `/api/services/s1/${command}`, status: 200, json: serviceView('s1') },
    { method: 'POST', path: `/api/services/nobody/${command}`, status: 404, problem: 'service_not_found' },
    { method: 'POST', path: `/api/services/_bad/${command}`, status: 422, problem: 'invalid_id' },
  ]),
  {
    method: 'POST',
    path: '/api/config/reload',
    status: 200,
    json: { applied: true, revision: 'c0ffee00', changes: [], restarts: [], settings: [], skipped: [] },
  },
  { method: 'GET', path: '/api/services/s1/explain', status: 200, json: explainView(serviceView('s1')) },
  { method: 'GET', path: '/api/services/nobody/explain', status: 404, problem: 'service_not_found' },
  { method: 'GET', path: '/api/services/_bad/explain', status: 422, problem: 'invalid_id' },
  {
    ...{ method: 'GET', path: '/api/events/history', status: 200 },
    json: { events: [{ ...EVENT, sentence: 'service.started.' }], next: null },
  },
  {
    method: 'GET',
    path: '/api/healthcheck',
    status: 200,
    json: { status: 'healthy', process_id: 4711, service: 'coredinator', name: 'Plant 7', version: '0.0.0-test' },
  },
];

function problemOf(answer: Answer): Readonly<Record<string, unknown>> {
  expect(answer.headers['content-type']).to.equal('application/problem+json');
  return answer.json as Readonly<Record<string, unknown>>; // a problem document, as the content type says
}

describe('the routes of the REST API', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    const origin = { correlationId: 'setup' };
    await api.control.startAgent({ configPath: '/cfg/pump1.yaml' }, origin);
    await api.control.startIo({ configPath: '/cfg/io.yaml', coreioId: 'shared' }, origin);
    api.control.listed.push(serviceView('s1'));
    api.control.events.push(EVENT);
  });
  afterEach(() => api.close());

  for (const { method, path, body, status, json, problem } of CASES) {
    for (const slash of ['', '/']) {
      it(`answers ${status} ${problem ?? ''} to ${method} ${path}${slash} ${body === undefined ? '' : JSON.stringify(body)}`, async () => {
        const answer = await api.send(method, path + slash, body === undefined ? {} : { body });

        expect(answer.status, answer.text).to.equal(status);
        expect(answer.headers['x-corerl-version']).to.equal(VERSION);
        if (problem === undefined) {
          expect(answer.headers['content-type']).to.equal('application/json');
          expect(answer.json).to.deep.equal(json);
        } else {
          expect(problemOf(answer)).to.include({ type: `/docs#${problem}`, status, instance: path + slash });
        }
      });
    }
  }

  const paths = new Set(CASES.map(({ path }) => path).concat(['/', '/docs', '/docs/', '/livez', '/livez/', '/readyz']));
  for (const path of paths) {
    it(`responds with 405 and Allow to a method that ${path} does not have, and lists the methods for OPTIONS`, async () => {
      const wrong = await api.send('PUT', path);
      const options = await api.send('OPTIONS', path);

      expect(wrong.status).to.equal(405);
      expect(problemOf(wrong)).to.include({ type: '/docs#method_not_allowed' });
      expect(problemOf(wrong)['detail']).to.contain('PUT');
      expect(options.status).to.equal(204);
      expect(options.headers.allow).to.equal(wrong.headers.allow);
      const allowed = CASES.filter((one) => one.path === path).map(({ method }) => method);
      for (const method of allowed) expect(wrong.headers.allow?.split(', ')).to.include(method);
    });
  }

  for (const { method, path, status } of CASES.filter((one) => one.method === 'GET')) {
    it(`responds to HEAD ${path} like ${method}, without the body`, async () => {
      const get = await api.send('GET', path);
      const head = await api.send('HEAD', path);

      expect(head.status).to.equal(status);
      expect(head.text).to.equal('');
      expect(head.headers['content-type']).to.equal(get.headers['content-type']);
      expect(head.headers['content-length']).to.equal(get.headers['content-length']);
    });
  }

  it('responds with 404 to an unknown route, whatever the case and number of slashes', async () => {
    for (const path of ['/nowhere', '/API/agents', '//api/agents', '/api//agents', '/api/agents//', '/api', '*']) {
      const answer = await api.send('GET', path);
      expect(answer.status, path).to.equal(404);
      expect(problemOf(answer)).to.include({ type: '/docs#route_not_found', title: 'Route not found', status: 404 });
      expect(answer.headers['x-corerl-version']).to.equal(VERSION);
    }
  });

  it('says in words in which state a started coreio is', async () => {
    const status = { ...IO_STATUS, state: 'backoff' as const, intended_state: 'running' as const };
    api.control.startIo = () => Promise.resolve({ service_id: 'shared', status });
    const answer = await api.send('POST', '/api/io/start', { body: { config_path: '/cfg/io.yaml' } });
    expect(answer.json).to.have.property('message', 'Service "shared" is in backoff.');
  });

  it('ends the line of each JSON answer, also of an error', async () => {
    for (const path of ['/api/healthcheck', '/api/agents/', '/api/services/nope', '/nowhere']) {
      expect((await api.send('GET', path)).text, path).to.match(/[\]}]\n$/);
    }
  });

  it('redirects / to the dashboard for browsers, and to the documentation for programs', async () => {
    const firefox = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
    const expected: readonly (readonly [accept: string | null, location: string])[] = [
      ['text/html', '/ui'],
      [firefox, '/ui'],
      ['application/json, text/html;q=0.5', '/ui'],
      [null, '/docs'],
      ['*/*', '/docs'],
      ['application/json', '/docs'],
      ['text/htmlx', '/docs'],
    ];
    for (const [accept, location] of expected) {
      const root = await api.send('GET', '/', accept === null ? {} : { headers: { accept } });
      expect(root.status, accept ?? 'none').to.equal(302);
      expect(root.headers, accept ?? 'none').to.include({ location, vary: 'Accept' });
    }
  });

  it('has documentation: a page that loads nothing from other hosts and lists every problem', async () => {
    const docs = await api.send('GET', '/docs');

    expect(docs.status).to.equal(200);
    expect(docs.headers['content-type']).to.equal('text/html; charset=utf-8');
    expect(docs.headers['content-security-policy']).to.match(
      /^default-src 'none'; script-src 'self'; style-src 'self'; /,
    );
    for (const text of ['/openapi.json', 'id="agent_conflict"', VERSION]) expect(docs.text).to.contain(text);
    expect(docs.text).not.to.contain('http://').and.not.to.contain('https://');
    const scripts = [...docs.text.matchAll(/<script([^>]*)>([^<]*)/g)];
    expect(scripts.map(([, , inline]) => inline)).to.deep.equal(['', '']);
  });

  it('names the host first in the titles of its other pages, and leads from them to the dashboard', async () => {
    const plant = await new ApiUnderTest().open({ name: 'Mixer <7> & "Co"' });
    try {
      for (const path of ['/docs', '/inspector/stately']) {
        const { text } = await plant.send('GET', path);
        expect(text, path).to.contain('<title>Mixer &#60;7&#62; &#38; &#34;Co&#34; – ');
        expect(text, path).to.contain('<a href="/ui/">Mixer &#60;7&#62; &#38; &#34;Co&#34;</a>');
      }
    } finally {
      await plant.close();
    }
  });

  it('serves the files of the documentation page, and no others', async () => {
    const start = await api.send('GET', '/docs/assets/start.js');
    const style = await api.send('GET', '/docs/assets/swagger-ui.css');
    const ownStyle = await api.send('GET', '/docs/assets/page.css');
    const bundle = await api.send('GET', '/docs/assets/swagger-ui-bundle.js');

    expect([start.status, style.status, ownStyle.status, bundle.status]).to.deep.equal([200, 200, 200, 200]);
    expect(start.headers['content-type']).to.include('text/javascript');
    expect(style.headers['content-type']).to.include('text/css');
    expect(bundle.text.length).to.be.greaterThan(1_000_000);
    for (const name of ['LICENSE', '..%2f..%2fmain.js', 'toString', '%00']) {
      expect((await api.send('GET', `/docs/assets/${name}`)).status, name).to.equal(404);
    }
  });

  it('serves its OpenAPI document, the same each time', async function () {
    this.timeout(30_000); // it is made for the first request: 0.6 s from the sources, and three times that on a busy machine
    const first = await api.send('GET', '/openapi.json');
    const again = await api.send('GET', '/openapi.json');

    expect(first.json).to.have.nested.property('info.version', VERSION);
    expect(first.json).to.have.property('openapi', '3.1.1');
    expect(again.text).to.equal(first.text);
  });

  it('forwards the fields of a start unchanged, with the request id', async () => {
    const body = { config_path: 'rel/a.yaml', agent_id: 'a1', coreio_id: 'io1' };
    const answer = await api.send('POST', '/api/agents/start', { body, headers: { 'x-request-id': 'req-1.A_b' } });

    expect(answer.headers['x-request-id']).to.equal('req-1.A_b');
    expect(api.control.calls.at(-1)).to.deep.equal({
      name: 'startAgent',
      argument: { configPath: 'rel/a.yaml', agentId: 'a1', coreioId: 'io1' },
      origin: { correlationId: 'req-1.A_b', source: { actor: null, address: '127.0.0.1', tool: null } },
    });
  });

  it('starts a demo as an agent of its type', async () => {
    await api.send('POST', '/demo/tep/start', { body: { config_path: '/cfg/t.yaml', agent_id: null } });
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ configPath: '/cfg/t.yaml', agentType: 'tep-demo' });
  });

  it('only plans a reload for a dry run', async () => {
    const answer = await api.send('POST', '/api/config/reload?dry_run=true');
    expect(answer.json).to.include({ applied: false });
    expect(api.control.calls.at(-1)).to.include({ name: 'reload', argument: true });
    const wrong = await api.send('POST', '/api/config/reload?dry_run=maybe');
    expect(wrong.status).to.equal(422);
    expect(problemOf(wrong)['detail']).to.contain('"dry_run" must be true or false');
  });

  it('generates an id for a request without a valid one', async () => {
    for (const given of [undefined, 'has space', 'a'.repeat(129), 'é']) {
      const headers = given === undefined ? {} : { 'x-request-id': given };
      const answer = await api.send('POST', '/api/agents/pump1/stop', { headers });
      expect(answer.headers['x-request-id']).to.match(/^[0-9a-f-]{36}$/);
      expect(api.control.calls.at(-1)?.origin?.correlationId).to.equal(answer.headers['x-request-id']);
    }
  });

  it('pages services by cursor, in order, and reports when the cursor is unknown', async () => {
    for (const id of ['s2', 's3', 's4', 's5']) api.control.listed.push(serviceView(id));
    const seen: string[] = [];
    let cursor: string | null = '';
    for (let pages = 0; cursor !== null && pages < 10; pages += 1) {
      const answer = await api.send('GET', `/api/services?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      const page = answer.json as { services: { id: string }[]; next: string | null }; // as the case above shows
      expect(page.services.length).to.be.at.most(2);
      seen.push(...page.services.map(({ id }) => id));
      cursor = page.next;
    }
    const gone = await api.send('GET', '/api/services?cursor=s9');

    expect(seen).to.deep.equal(['s1', 's2', 's3', 's4', 's5']);
    expect(gone.status).to.equal(422);
    expect(problemOf(gone)['errors']).to.have.nested.property('[0].path', 'cursor');
  });

  it('forwards the end of the period of the history, and describes each event', async () => {
    const { json } = await api.send('GET', '/api/events/history?until=2026-01-02T03:04:05Z');
    const until = Date.parse('2026-01-02T03:04:05Z');
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ after: 0, limit: 100, order: 'oldest_first', until });
    expect((json as { events: unknown[] }).events).to.be.an('array');
    await api.send('GET', '/api/services/a/history?until=2026-01-02T03:04:05Z');
    expect(api.control.calls.at(-1)?.argument).to.have.nested.property('query.until', until);
  });

  it('forwards the filters of the history, with 0 and 100 as defaults', async () => {
    await api.send('GET', '/api/events/history');
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ after: 0, limit: 100, order: 'oldest_first' });

    await api.send(
      'GET',
      '/api/events/history?after=5&before=9&order=newest_first&limit=1000&agent_id=a&service_id=s&type=process.exited',
    );
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({
      after: 5,
      before: 9,
      order: 'newest_first',
      limit: 1000,
      agentId: 'a',
      serviceId: 's',
      type: 'process.exited',
    });

    await api.send(
      'GET',
      '/api/events/history?agent_id=a,b&service_id=s&service_id=t&type=process.*,host.&since=2026-01-02T03:04:05Z',
    );
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({
      after: 0,
      order: 'oldest_first',
      limit: 100,
      since: Date.UTC(2026, 0, 2, 3, 4, 5),
      filter: { agentIds: ['a', 'b'], serviceIds: ['s', 't'], types: ['process.*', 'host.'] },
    });
  });

  for (const [query, field] of [
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=1e2', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['after=-1', 'after'],
    ['after=99999999999999999999', 'after'],
    ['agent_id=a%20b', 'agent_id'],
    ['service_id=', 'service_id'],
    ['agent_id=a,,b', 'agent_id.1'],
    ['type=', 'type'],
    ['type=process.exit', 'type'],
    ['type=process.exited,procces.*', 'type.1'],
    ['type=*.exited', 'type'],
    ['since=yesterday', 'since'],
    ['agent=pump1', 'agent'],
  ] as const) {
    it(`names the invalid field in the query ${query}`, async () => {
      const answer = await api.send('GET', `/api/events/history?${query}`);
      expect(answer.status).to.equal(422);
      expect(problemOf(answer)['errors']).to.have.nested.property('[0].path', field);
      expect(problemOf(answer)['detail']).to.contain(`"${field}"`);
    });
  }

  for (const [text, exit] of [
    ['0', { type: 'code', code: 0 }],
    ['255', { type: 'code', code: 255 }],
    ['SIGKILL', { type: 'signal', signal: 'SIGKILL' }],
  ] as const) {
    it(`explains what an exit would lead to with if_exit=${text}`, async () => {
      expect((await api.send('GET', `/api/services/s1/explain?if_exit=${text}`)).status).to.equal(200);
      expect(api.control.calls.at(-1)).to.deep.include({ name: 'explain', argument: exit });
    });
  }

  for (const text of ['256', '-1', '1.5', '', 'KILL', 'sigkill', 'SIGNONE', 'toString', '1&if_exit=2']) {
    it(`rejects if_exit=${text} and says what is valid`, async () => {
      const answer = await api.send('GET', `/api/services/s1/explain?if_exit=${text}`);
      expect(answer.status).to.equal(422);
      expect(problemOf(answer)['errors']).to.deep.equal([
        { path: 'if_exit', message: 'must be an exit code from 0 to 255 or the name of a signal such as SIGKILL' },
      ]);
    });
  }

  it('is live and ready if the host is healthy, and not ready, with the reasons, if it is degraded', async () => {
    expect(await api.send('GET', '/livez')).to.include({ status: 200, text: 'ok' });
    expect(await api.send('GET', '/readyz')).to.include({ status: 200, text: 'ok' });

    api.control.reasons = ['The store is on a full disk.'];
    const ready = await api.send('GET', '/readyz');
    const health = await api.send('GET', '/api/healthcheck');

    expect(await api.send('GET', '/livez')).to.include({ status: 200, text: 'ok' });
    expect(ready.status).to.equal(503);
    expect(problemOf(ready)['detail']).to.contain('The store is on a full disk.');
    expect(health.status).to.equal(200);
    expect(health.json).to.deep.include({ status: 'degraded', reasons: ['The store is on a full disk.'] });
  });
});
