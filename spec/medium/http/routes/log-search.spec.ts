import { expect } from 'chai';
import type { LogFinding, LogItem, LogQuery, LogSearch } from '../../../../lib/model/values/log-line.ts';
import { serviceView } from '../../../support/control/fake-control.ts';
import { ApiUnderTest } from '../api-under-test.ts';

const PATH = '/api/services/pump1-corerl/logs';
const JSON_PAGE = { headers: { accept: 'application/json' } };
const AT = '2026-11-27T10:00:00.123456789Z';

function line(offset: number, text: string, more: { readonly isContext?: true } = {}): LogFinding {
  const position = `3:${offset + 100}`;
  return { type: 'line', generation: 3, stream: 'stdout', offset, at: AT, text, partial: null, position, ...more };
}

describe('a search through the route of output', () => {
  let api: ApiUnderTest;
  let searched: { query: Omit<LogQuery, 'serviceId'>; search: LogSearch }[];

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    api.control.listed.push(serviceView('pump1-corerl'));
    searched = [];
    api.control.findings = (query, search) => {
      searched.push({ query, search });
      const isFirst = query.start.type !== 'after';
      return {
        findings: isFirst ? [line(0, 'before', { isContext: true }), line(100, 'an error')] : [line(700, 'error two')],
        next: isFirst ? '3:600' : '3:900',
        isComplete: !isFirst,
        searchedBytes: isFirst ? 600 : 300,
        totalBytes: isFirst ? 900 : 300,
      };
    };
  });

  afterEach(() => api.close());

  it('responds with what a part of it has found, and where to continue', async () => {
    const answer = await api.send('GET', `${PATH}?grep=error&lines_before=1&limit=7`, JSON_PAGE);
    const of = { generation: 3, stream: 'stdout', at: AT };
    expect(answer.json).to.deep.equal({
      lines: [
        { ...of, offset: 0, text: 'before', context: true },
        { ...of, offset: 100, text: 'an error' },
      ],
      next: '3:600',
      search: { complete: false, searched_bytes: 600, total_bytes: 900 },
    });
    expect(searched).to.deep.equal([
      {
        query: { streams: ['stdout', 'stderr'], start: { type: 'oldest' } },
        search: { expression: 'error', before: 1, after: 0, limit: 7 },
      },
    ]);
    await api.send('GET', `${PATH}?grep=error&after=3:600&stream=stderr&generation=3`, JSON_PAGE);
    expect(searched[1]?.query).to.deep.equal({
      streams: ['stderr'],
      start: { type: 'after', position: { generation: 3, offsets: [600] } },
      generation: 3,
    });
  });

  it('responds with the lines of the whole search as text', async () => {
    expect((await api.send('GET', `${PATH}?grep=error`)).text).to.equal('before\nan error\nerror two\n');
    expect(searched.map(({ query }) => query.start.type)).to.deep.equal(['oldest', 'after']);
  });

  it('takes instants and ages', async () => {
    const from = Date.now();
    await api.send('GET', `${PATH}?grep=x&since=15m&until=2027-01-01T00:00:00Z`, JSON_PAGE);
    const [{ query } = { query: null }] = searched;
    expect(query?.until).to.equal(Date.UTC(2027, 0, 1));
    const start = query?.start as Extract<LogQuery['start'], { type: 'since' }>;
    expect(start.since).to.be.within(from - 900_000, Date.now() - 900_000);
  });

  it('leaves the lines out of a follow that do not match, and keeps the gaps', async () => {
    const gap: LogItem = { type: 'gap', generation: 3, stream: null, from: 0, to: 10, position: '3:10' };
    api.control.logSource = async function* () {
      await Promise.resolve();
      yield [gap, line(10, 'fine')];
      yield [line(110, 'error')];
    };
    const { text } = await api.send('GET', `${PATH}?grep=^error$&follow=true`);
    expect(text).to.include('10 bytes of launch 3 were deleted').and.to.include('\nerror\n').and.not.to.include('fine');
    expect(searched).to.deep.equal([]);
  });

  it('refuses what cannot be given together, and an expression that is not linear or not valid', async () => {
    const problems = {
      'grep=(': 'is not a valid regular expression (RE2 syntax): missing closing )',
      'grep=a(?=b)': 'uses lookahead, which cannot be searched in linear time',
      'grep=x&tail=5': '"tail" cannot be given together with grep; use since.',
      'grep=x&before=3:5': '"before" cannot be given together with grep.',
      'lines_after=2': '"lines_after" requires grep.',
      'grep=x&lines_before=101': 'must be a whole number from 0 to 100',
      'before=3:5&since=5m': '"before" cannot be given together with since.',
      'after=3:5&before=3:9': '"after" cannot be given together with before.',
      'until=soon': 'must be an instant such as 2026-01-02T03:04:05Z, or an age such as 15m',
      'generation=0': 'must be a whole number from 1 to',
    };
    for (const [query, problem] of Object.entries(problems)) {
      const answer = await api.send('GET', `${PATH}?${query}`, JSON_PAGE);
      expect(answer.status, query).to.equal(422);
      expect(JSON.stringify(answer.json).replaceAll('\\"', '"'), query).to.include(problem);
    }
    for (const query of ['until=5m&follow=true', 'grep=x&lines_after=2&follow=true'])
      expect((await api.send('GET', `${PATH}?${query}`)).status, query).to.equal(422);
    expect(searched).to.deep.equal([]);
  });
});
