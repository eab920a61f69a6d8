import { expect } from 'chai';
import type { LogFinding, LogQuery } from '../../../../lib/model/values/log-line.ts';
import { serviceView } from '../../../support/control/fake-control.ts';
import { ApiUnderTest } from '../api-under-test.ts';

const PATH = '/api/logs?service_id=gate,pump';
const JSON_PAGE = { headers: { accept: 'application/json' } };

function line(second: number, text: string, more: { readonly isContext?: true } = {}): LogFinding {
  const at = `2026-11-27T10:00:${String(second).padStart(2, '0')}.123456789Z`;
  const of = { type: 'line', generation: 3, stream: 'stdout', partial: null } as const;
  return { ...of, offset: second * 100, at, text, position: `3:${second * 100 + 100}`, ...more };
}

describe('the route of the output of several services', () => {
  let api: ApiUnderTest;
  let asked: { readonly id: string; readonly query: Omit<LogQuery, 'serviceId'> }[];

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    for (const id of ['gate', 'pump', 'press']) api.control.listed.push(serviceView(id));
    asked = [];
    api.control.logStart = '3:0';
    api.control.logSource = async function* (query, _follow, id) {
      asked.push({ id, query });
      await Promise.resolve();
      yield [line(id === 'gate' ? 1 : 2, `of ${id}`)];
    };
  });

  afterEach(() => api.close());

  it('responds with lines that name their service, and a cursor for all of them', async () => {
    const { json } = await api.send('GET', `${PATH}&tail=5`, JSON_PAGE);
    const of = { generation: 3, stream: 'stdout' };
    expect(json).to.deep.equal({
      lines: [
        { service_id: 'gate', ...of, offset: 100, at: '2026-11-27T10:00:01.123456789Z', text: 'of gate' },
        { service_id: 'pump', ...of, offset: 200, at: '2026-11-27T10:00:02.123456789Z', text: 'of pump' },
      ],
      next: 'gate=3:200;pump=3:300',
      previous: 'gate=3:100;pump=3:200',
    });
    const start = { type: 'tail', lines: 5, since: null };
    expect(asked.map(({ query }) => query.start)).to.deep.equal([start, start]);
    const first = await api.send('GET', `${PATH}&limit=1`, JSON_PAGE);
    expect(first.json).to.include({ next: 'gate=3:200;pump=3:0', previous: 'gate=3:100;pump=3:0' });
  });

  it('continues behind a cursor, and reads from its beginning what the cursor does not name', async () => {
    await api.send('GET', `${PATH}&service_id=press&after=gate=3:200;pump=7:1,2`, JSON_PAGE);
    const positions = asked.map(({ query: { start } }) => start.type === 'after' && start.position);
    expect(positions).to.deep.equal([
      { generation: 3, offsets: [200] },
      { generation: 7, offsets: [1, 2] },
      { generation: 0, offsets: [0] },
    ]);
  });

  it('asks for what precedes a cursor, and of a service that it does not name, what precedes its end', async () => {
    await api.send('GET', `${PATH}&before=gate=3:200&tail=9`, JSON_PAGE);
    await api.send('GET', `${PATH}&before=end`, JSON_PAGE);
    const position = { generation: 3, offsets: [200] };
    expect(asked.map(({ query }) => query.start)).to.deep.equal([
      { type: 'before', position, lines: 9 },
      ...[9, 100, 100].map((lines) => ({ type: 'before', position: null, lines })),
    ]);
    api.control.logSource = async function* () {};
    expect((await api.send('GET', `${PATH}&before=gate=3:200`, JSON_PAGE)).json).to.include({ previous: null });
  });

  it('responds with text, and with events whose ids continue all services', async () => {
    expect((await api.send('GET', PATH)).text).to.equal('gate | of gate\npump | of pump\n');
    const headers = { accept: 'text/event-stream', 'last-event-id': 'gate=3:7;pump=3:8' };
    const { text } = await api.send('GET', PATH, { headers });
    expect(text.match(/^(id|event): .*$/gm)).to.deep.equal([
      ...['id: gate=3:7;pump=3:8', 'event: position'],
      ...['id: gate=3:200;pump=3:8', 'event: line', 'id: gate=3:200;pump=3:300', 'event: line', 'event: end'],
    ]);
  });

  it('takes the services of an agent, each once', async () => {
    const body = { config_path: '/plant/gate.yaml', agent_id: 'mill' };
    await api.send('POST', '/api/agents/start', { body });
    const { services } = api.control.agent('mill');
    for (const id of services) api.control.listed.push(serviceView(id));
    await api.send('GET', `/api/logs?agent_id=mill&service_id=gate,gate`, JSON_PAGE);
    expect(asked.map(({ id }) => id).sort()).to.deep.equal(['gate', ...services].sort());
  });

  it('refuses unknown ids, too many services, an agent without any, and positions of others', async () => {
    const many = Array.from({ length: 33 }, (_, index) => `many-${index}`);
    for (const id of many) api.control.listed.push(serviceView(id));
    await api.send('POST', '/api/agents/start', { body: { config_path: '/plant/gate.yaml', agent_id: 'bare' } });
    const problems = [
      ['/api/logs', 422, '"service_id" is missing: name services, or an agent by agent_id.'],
      ['/api/logs?service_id=gate,nobody', 404, 'Service "nobody" not found'],
      ['/api/logs?agent_id=nobody', 404, 'Agent "nobody" not found'],
      ['/api/logs?agent_id=bare', 422, '"agent_id" names an agent without services: "bare" has none.'],
      [`/api/logs?service_id=${many.join()}`, 422, 'means 33 services; at most 32 can be read together'],
      [`${PATH}&after=7:1`, 422, '"after" must be from an earlier response'],
      [`${PATH}&after=gate=7:1;press=7:1`, 422, 'has a position of "press", which is not among the requested services'],
      [`${PATH}&before=7:1`, 422, '"before" must be from an earlier response'],
      [`${PATH}&before=end&follow=true`, 422, '"follow" requires Accept'],
      [`${PATH}&before=end&since=5m`, 422, '"before" cannot be given together with since'],
      [`${PATH}&generation=1`, 422, '"generation" is not a known field'],
      [`${PATH}&grep=(`, 422, '"grep" is not a valid regular expression'],
    ] as const;
    for (const [path, status, problem] of problems) {
      const answer = await api.send('GET', path, JSON_PAGE);
      expect([answer.status, JSON.stringify(answer.json).replaceAll('\\"', '"')].join(), path).to.include(problem);
      expect(answer.status, path).to.equal(status);
    }
    expect(asked).to.deep.equal([]);
  });

  describe('with a search', () => {
    /** The parts that each service has left. */
    let parts: Record<string, readonly { readonly found: readonly LogFinding[]; readonly next: string }[]>;
    let budgets: (number | undefined)[];

    beforeEach(() => {
      budgets = [];
      parts = {
        gate: [
          { found: [], next: '3:900' },
          { found: [line(12, 'g12')], next: '3:2000' },
        ],
        pump: [
          { found: [line(10, 'p10', { isContext: true }), line(11, 'p11'), line(14, 'p14')], next: '3:1500' },
          { found: [], next: '3:1600' },
        ],
      };
      api.control.findings = (query, search, id) => {
        budgets.push(search.budgetMs);
        const from = query.start.type === 'after' ? (query.start.position.offsets[0] ?? 0) : 0;
        const left = (parts[id] ?? []).filter(({ next }) => Number(next.slice(2)) > from);
        const [{ found, next } = { found: [], next: `3:${from}` }] = left;
        const findings = found.filter((item) => item.type === 'line' && item.offset >= from);
        return { findings, next, isComplete: left.length < 2, searchedBytes: 10, totalBytes: 20 };
      };
    });

    it('gives only what comes before all that is not searched, and continues without a gap or a double', async () => {
      const texts: string[] = [];
      let after = '';
      for (let page = 0; ; page += 1) {
        expect(page).to.be.lessThan(6);
        const { json } = await api.send('GET', `${PATH}&grep=x&lines_before=1${after}`, JSON_PAGE);
        const { lines, next, search } = json as {
          lines: { service_id: string; text: string }[];
          next: string;
          search: { complete: boolean };
        };
        if (page === 0) expect([lines, next]).to.deep.equal([[], 'gate=3:900;pump=3:1000']);
        texts.push(...lines.map(({ text }) => text));
        if (search.complete) break;
        after = `&after=${next}`;
      }
      expect(texts).to.deep.equal(['p10', 'p11', 'g12', 'p14']);
      expect(budgets[0]).to.equal(500);
    });

    it('is one response as text', async () => {
      expect((await api.send('GET', `${PATH}&grep=x`)).text).to.equal(
        'pump | p10\npump | p11\ngate | g12\npump | p14\n',
      );
    });
  });
});
