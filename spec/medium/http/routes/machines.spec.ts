import { expect } from 'chai';
import { LIBRARY } from '../../../support/actors/machines.ts';
import { ApiUnderTest } from '../api-under-test.ts';

describe('the routes of machines', () => {
  const api = new ApiUnderTest();
  before(async function () {
    this.timeout(60_000); // Graphviz is loaded, and the biggest drawings are made
    await Promise.all([api.open(), LIBRARY.svg('service', 'main'), LIBRARY.svg('service', 'all')]);
  });
  after(() => api.close());

  it('list the machines with a description and their states', async () => {
    const { json } = await api.send('GET', '/api/machines');
    const { machines } = json as { machines: { name: string; title: string; states: string[] }[] };
    expect(machines.map(({ name }) => name)).to.deep.equal(['supervisor', 'agent', 'service', 'webhook']);
    expect(machines[2]?.states).to.include.members(['starting', 'starting.launching', 'backoff.waiting']);
  });

  it('return a machine as its configuration, as a snippet, as Mermaid and as a drawing', async () => {
    const config = await api.send('GET', '/api/machines/service');
    expect(config.json).to.include({ id: 'service', initial: 'stopped' });
    const stately = await api.send('GET', '/api/machines/service?format=stately');
    expect(stately.headers['content-type']).to.equal('text/javascript; charset=utf-8');
    expect(stately.text).to.include('createMachine({');
    const mermaid = await api.send('GET', '/api/machines/service?format=mermaid');
    expect(mermaid.headers['content-type']).to.equal('text/plain; charset=utf-8');
    expect(mermaid.text).to.match(/^stateDiagram-v2\n/);
    const svg = await api.send('GET', '/api/machines/service?format=svg');
    expect(svg.headers['content-type']).to.equal('image/svg+xml; charset=utf-8');
    expect(svg.text).to.include('id="state-running.ready"');
    const all = await api.send('GET', '/api/machines/service?format=svg&events=all');
    expect(all.text).to.include('host.resume');
  });

  it('list the known machines if one is unknown', async () => {
    const { status, json } = await api.send('GET', '/api/machines/pump');
    expect(status).to.equal(404);
    expect(json).to.include({
      type: '/docs#machine_not_found',
      detail: 'Statechart "pump" not found. Use one of: supervisor, agent, service, webhook.',
    });
  });

  it('reject an unknown format', async () => {
    const { status, json } = await api.send('GET', '/api/machines/service?format=png');
    expect(status).to.equal(422);
    expect((json as { detail: string }).detail).to.include('must be json, stately, mermaid or svg');
  });

  it('return the graph of services, of an agent or of all, as data and as a drawing', async () => {
    const node = { kind: 'corerl', state: 'running' } as const;
    api.control.graph = { nodes: [{ id: 'a' as never, ...node }], edges: [] };
    const { json } = await api.send('GET', '/api/service-graph?agent_id=pump1');
    expect(json).to.deep.equal(api.control.graph);
    expect(api.control.calls.at(-1)).to.include({ name: 'serviceGraph', argument: 'pump1' });
    const svg = await api.send('GET', '/api/service-graph?format=svg');
    expect(svg.headers['content-type']).to.equal('image/svg+xml; charset=utf-8');
    expect(svg.text).to.include('id="service-a"');
    expect(api.control.calls.at(-1)).to.include({ name: 'serviceGraph', argument: null });
  });
});
