import { expect } from 'chai';
import { get } from 'node:http';
import { Metrics } from '../../../../lib/metrics/metrics.ts';
import type { LogItem } from '../../../../lib/model/values/log-line.ts';
import { parseExposition, valueIn } from '../../../support/built/exposed.ts';
import { measuredService, serviceView } from '../../../support/control/fake-control.ts';
import { NO_USAGE } from '../../../support/control/no-usage.ts';
import { eventually } from '../../../support/eventually.ts';
import { ApiUnderTest, fixedTokens } from '../api-under-test.ts';

const COUNT = 'coredinator_http_request_duration_seconds_count';

describe('GET /metrics', () => {
  let api: ApiUnderTest;
  let metrics: Metrics;

  beforeEach(async () => {
    api = new ApiUnderTest();
    metrics = new Metrics({ version: '1.2.3', startedAt: Date.now(), hasProcessMetrics: false });
    const host = {
      agents: () => [],
      services: () => [measuredService('pump1-corerl', 'backoff')],
      healthReasons: () => 0,
    };
    metrics.ready(0.5, host, NO_USAGE.usage);
    await api.open({ exposition: metrics.exposition, meter: metrics.requests });
  });

  afterEach(() => api.close());

  async function value(name: string, labels: Readonly<Record<string, string>>): Promise<number | undefined> {
    return valueIn((await api.send('GET', '/metrics')).text, name, labels);
  }

  it('responds in the text format of Prometheus', async () => {
    const { status, headers, text } = await api.send('GET', '/metrics/');
    expect(status).to.equal(200);
    expect(headers['content-type']).to.equal('text/plain; version=0.0.4; charset=utf-8');
    expect(valueIn(text, 'coredinator_service_state', { service: 'pump1-corerl', state: 'backoff' })).to.equal(1);
  });

  it('measures requests by the template of their route, whatever the parameters', async () => {
    api.control.listed.push(serviceView('a'), serviceView('b'));
    for (const path of ['/api/services/a', '/api/services/b/', '/api/services/c']) await api.send('GET', path);
    const labels = { method: 'GET', route: '/api/services/{id}' };
    expect(await value(COUNT, { ...labels, status: '200' })).to.equal(2);
    expect(await value(COUNT, { ...labels, status: '404' })).to.equal(1);
  });

  it('measures the aliases of a route as that route', async () => {
    await api.send('GET', '/api/coreio');
    expect(await value(COUNT, { route: '/api/io', status: '200' })).to.equal(1);
  });

  it('has one name for all requests without a route', async () => {
    for (const path of ['/one', '/two', '/three?x=1']) await api.send('GET', path);
    expect(await value(COUNT, { route: 'none', status: '404' })).to.equal(3);
    const { text } = await api.send('GET', '/metrics');
    expect(new Set(parseExposition(text).map(({ labels }) => labels['route']))).to.deep.equal(
      new Set([undefined, '/metrics', 'none']),
    );
  });

  it('measures requests that fail', async () => {
    api.control.nextError = new Error('a bug');
    await api.send('GET', '/api/services');
    expect(await value(COUNT, { route: '/api/services', status: '500' })).to.equal(1);
  });

  it('counts open streams, and does not treat them as slow requests', async () => {
    api.control.listed.push(serviceView('pump'));
    api.control.logSource = async function* (_, follow): AsyncGenerator<readonly LogItem[]> {
      yield [];
      await new Promise((resolve) => follow?.addEventListener('abort', resolve));
    };
    const route = '/api/services/{id}/logs';
    const follow = get({
      host: '127.0.0.1',
      port: api.port,
      path: '/api/services/pump/logs?follow=true',
      agent: false,
    });
    follow.on('error', () => undefined); // it is destroyed below
    await new Promise((resolve) => follow.on('response', resolve));
    expect(await value('coredinator_http_streams', { route })).to.equal(1);
    follow.destroy();
    await eventually(async () => {
      expect(await value('coredinator_http_streams', { route })).to.equal(0);
    });
    expect(await value(COUNT, { route })).to.equal(undefined);
  });
});

describe('GET /metrics and GET /api/usage with a token', () => {
  const api = new ApiUnderTest();

  before(() => api.open({ access: fixedTokens('full', 'readonly') }));
  after(() => api.close());

  for (const path of ['/metrics', '/api/usage']) {
    it(`require it, and accept the read-only one: ${path}`, async () => {
      expect((await api.send('GET', path)).status).to.equal(401);
      const headers = { authorization: 'Bearer readonly' };
      expect((await api.send('GET', path, { headers })).status).to.equal(200);
      expect((await api.send('POST', path, { headers: { authorization: 'Bearer full' } })).status).to.equal(405);
    });
  }
});
