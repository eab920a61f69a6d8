import { expect } from 'chai';
import {
  AgentConflictError,
  AgentNotFoundError,
  ConfigInvalidError,
  ConfigUnreadableError,
  CoreioHeldError,
  HostClosingError,
  InvalidIdError,
  ServiceConflictError,
  ServiceNotFoundError,
  StoreUnavailableError,
} from '../../../lib/model/errors.ts';
import type { CoredinatorError } from '../../../lib/model/errors.ts';
import { ApiUnderTest, VERSION } from './api-under-test.ts';

const START = { body: { config_path: '/cfg/a.yaml' } };
const ISSUE = { path: 'kinds.corerl.restrat', message: 'unknown key; did you mean restart?', line: 3, column: 5 };

const REFUSALS: readonly (readonly [CoredinatorError, number, string | undefined])[] = [
  [new InvalidIdError('"a b" cannot be an id.'), 422, undefined],
  [new AgentNotFoundError('a'), 404, undefined],
  [new ServiceNotFoundError('a'), 404, undefined],
  [new ConfigUnreadableError('"/cfg/a.yaml" does not exist.'), 400, undefined],
  [new ConfigInvalidError('"/cfg/a.yaml" does not fit.', [ISSUE]), 422, undefined],
  [new AgentConflictError('Agent "a" runs with another file.'), 409, undefined],
  [new ServiceConflictError('Service "a" is taken.'), 409, undefined],
  [new CoreioHeldError('a', ['b']), 409, undefined],
  [new StoreUnavailableError('The store cannot be written.'), 503, '1'],
  [new HostClosingError(), 503, '5'],
];

describe('a request that fails', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
  });
  afterEach(() => api.close());

  for (const [error, status, retryAfter] of REFUSALS) {
    it(`with ${error.name} gets ${status} and a problem document`, async () => {
      api.control.nextError = error;
      const answer = await api.send('POST', '/api/agents/start?x=1', { ...START, isUndocumented: true });

      expect(answer.status).to.equal(status);
      expect(answer.headers).to.include({ 'content-type': 'application/problem+json', 'x-corerl-version': VERSION });
      expect(answer.headers['retry-after']).to.equal(retryAfter);
      expect(answer.json).to.include({
        type: `/docs#${error.code}`,
        status,
        detail: error.message,
        instance: '/api/agents/start',
      });
      expect(answer.json).to.have.property('title').that.is.a('string').and.is.not.empty;
      if (error instanceof ConfigInvalidError) expect(answer.json).to.have.deep.property('errors', [ISSUE]);
      else expect(answer.json).not.to.have.property('errors');
    });
  }

  for (const [what, thrown] of [
    ['a TypeError', new TypeError('secret detail of a bug')],
    [
      'an error that looks like one of HTTP',
      Object.assign(new Error('secret'), { status: 404, expose: true, headers: { 'x-secret': '1' } }),
    ],
    ['text', 'secret text'],
    ['an object that looks like a refusal', { code: 'agent_not_found', message: 'secret object' }],
  ] as const) {
    it(`unexpectedly gets a bare 500, and only the log has details: ${what}`, async () => {
      api.control.nextError = thrown;
      const answer = await api.send('GET', '/api/agents');

      expect(answer.status).to.equal(500);
      expect(answer.json).to.deep.equal({
        type: '/docs#internal',
        title: 'Internal error',
        status: 500,
        instance: '/api/agents',
      });
      expect(answer.headers).to.include({ 'x-corerl-version': VERSION }).and.not.have.property('x-secret');
      const [record] = api.records.filter(({ level }) => level === 'error');
      expect(record?.fields).to.include({ err: thrown, path: '/api/agents' });
      expect(record?.fields['request_id']).to.equal(answer.headers['x-request-id']);
      expect(await api.send('GET', '/api/agents')).to.include({ status: 200 });
    });
  }

  it('with 503 is logged with its cause', async () => {
    const error = new StoreUnavailableError('The store cannot be written.', { cause: new Error('SQLITE_FULL') });
    api.control.nextError = error;
    await api.send('POST', '/api/agents/start', START);
    expect(api.records.find(({ level }) => level === 'warn')?.fields).to.include({ err: error });
  });

  it('is not in the error log if it is the client’s fault', async () => {
    await api.send('GET', '/nowhere');
    await api.send('POST', '/api/agents/start', { body: 'x' });
    expect(api.records.map(({ level }) => level)).to.deep.equal(['debug', 'info']);
  });

  it('because the client disconnected does no harm', async () => {
    let open = (): void => undefined;
    api.control.gate = new Promise((resolve) => (open = resolve));
    const gone = new AbortController();
    const request = fetch(`${api.listening.url}/api/agents/a/stop`, { method: 'POST', signal: gone.signal });
    const outcome = request.then(
      () => 'answered',
      () => 'gone',
    );
    await new Promise((resolve) => api.listening.server.once('request', resolve));
    gone.abort();
    expect(await outcome).to.equal('gone');
    open();
    expect(await api.send('GET', '/livez')).to.include({ status: 200 });
    expect(api.records.filter(({ level }) => level === 'error')).to.be.empty;
  });
});

describe('the log of requests', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
  });
  afterEach(() => api.close());

  it('has one line per request: reads at debug, commands at info, without the query', async () => {
    await api.send('GET', '/api/agents?secret=1', { headers: { 'x-request-id': 'r1' } });
    await api.send('POST', '/api/agents/a/stop', { headers: { 'x-request-id': 'r2' } });

    const [read, command, ...more] = api.records;
    expect(more).to.be.empty;
    expect(read).to.deep.include({ level: 'debug', message: 'request' });
    expect(read?.fields).to.include({ request_id: 'r1', method: 'GET', path: '/api/agents', status: 200 });
    expect(read?.fields['ms']).to.be.a('number').that.is.at.least(0);
    expect(command).to.deep.include({ level: 'info', message: 'command' });
    expect(command?.fields).to.include({ request_id: 'r2', method: 'POST', path: '/api/agents/a/stop', status: 200 });
  });
});
