import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogFinding, LogItem, LogQuery, LogSearch } from '../../../lib/model/values/log-line.ts';
import { KeptText, runCommand, type CommandEnd } from '../../support/command.ts';
import { serviceView } from '../../support/control/fake-control.ts';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';
import { ApiUnderTest } from '../http/api-under-test.ts';

const AT = '2026-11-27T10:00:00.123456789Z';

function line(
  offset: number,
  text: string,
  more: { readonly isContext?: true; readonly at?: string | null } = {},
): LogFinding {
  const position = `3:${offset + 100}`;
  return { type: 'line', generation: 3, stream: 'stdout', offset, at: AT, text, partial: null, position, ...more };
}

describe('services logs', () => {
  let api: ApiUnderTest;
  let asked: Omit<LogQuery, 'serviceId'>[];
  let searched: LogSearch[];

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
    api.control.listed.push({ ...serviceView('gate'), generation: 3 });
    asked = [];
    searched = [];
    api.control.findings = (query, search) => {
      asked.push(query);
      searched.push(search);
      const isFirst = query.start.type !== 'after';
      return {
        findings: isFirst ? [line(0, 'before', { isContext: true }), line(100, 'an error')] : [line(700, 'error two')],
        next: isFirst ? '3:600' : '3:900',
        isComplete: !isFirst,
        searchedBytes: isFirst ? 600 : 300,
        totalBytes: isFirst ? 900 : 300,
      };
    };
    give([line(0, 'one'), line(100, 'two')]);
  });
  afterEach(() => api.close());

  function give(items: readonly LogItem[]): void {
    api.control.logSource = async function* (query) {
      asked.push(query);
      yield await Promise.resolve(items);
    };
  }

  function run(...words: readonly string[]): Promise<CommandEnd> {
    return runCommand(['services', 'logs', 'gate', ...words], { COREDINATOR_URL: api.listening.url });
  }

  it('searches everything that is stored, part by part', async () => {
    const end = await run('--grep', 'error', '-B', '1', '--until', '2027-01-01T00:00:00Z');
    expect(end).to.deep.equal({ code: 0, output: 'before\nan error\nerror two\n', errors: '' });
    expect(asked.map(({ start, until }) => [start.type, until])).to.deep.equal([
      ['oldest', Date.UTC(2027, 0, 1)],
      ['after', Date.UTC(2027, 0, 1)],
    ]);
    expect(searched[1]).to.include({ expression: 'error', before: 1, after: 0 });
    await run('--grep', 'error', '-C', '2', '-A', '5');
    expect(searched[2]).to.include({ before: 2, after: 5 });
  });

  it('shows on a terminal how far a search is', async () => {
    const env = { COREDINATOR_URL: api.listening.url };
    const err = new KeptText(80);
    const { output } = await runCommand(['services', 'logs', 'gate', '-g', 'error'], env, new KeptText(80), undefined, {
      err,
    });
    expect(output).to.equal('before\nan error\nerror two\n');
    expect(err.text).to.equal('\rSearched 66 %; Ctrl-C ends the search.\r\x1b[K');
  });

  it('prints the launch before the newest one, or any', async () => {
    expect((await run('--previous')).output).to.equal('one\ntwo\n');
    await run('--generation', '1');
    expect(asked.map(({ generation }) => generation)).to.deep.equal([2, 1]);
    api.control.listed[0] = { ...serviceView('gate'), generation: 1 };
    const { code, errors } = await run('-p');
    expect(code).to.equal(2);
    expect(errors).to.include('"gate" was launched once, so there is no launch before');
  });

  it('prints the time of each line in UTC, or that of this machine', async () => {
    give([line(0, 'one'), line(100, 'two', { at: null })]);
    expect((await run('--utc')).output).to.equal(`2026-11-27T10:00:00.123Z one\n${'-'.padEnd(24)} two\n`);
    const [local] = (await run('-t')).output.split('\n');
    expect(local).to.match(/^2026-11-2[678] \d\d:\d\d:00\.123 one$/);
    expect(new Date(local!.slice(0, 23)).getTime()).to.equal(Date.parse('2026-11-27T10:00:00.123Z'));
  });

  it('writes all lines to a file, as they are', async () => {
    const file = join(temporaryFolder(), 'out.log');
    give([line(0, '\x1b[2Jone\r'), line(100, 'two')]);
    const { errors, output } = await run('--output', file);
    expect([errors, output]).to.deep.equal([`Wrote 2 lines to ${file}.\n`, '']);
    expect(readFileSync(file, 'utf8')).to.equal('\x1b[2Jone\r\ntwo\n');
    expect(asked[0]?.start).to.deep.equal({ type: 'after', position: { generation: 0, offsets: [0] } });
  });

  it('shows the last state of a line that was written over, on a terminal only', async () => {
    give([line(0, ' 1 %\r 50 %\r100 %\r\r'), line(100, 'done\rnow'), line(200, '\x1b[32m1 %\r2 %')]);
    const env = { COREDINATOR_URL: api.listening.url };
    expect((await runCommand(['services', 'logs', 'gate'], env, new KeptText(80))).output).to.equal(
      '100 %\nnow\n\x1b[32m2 %\x1b[0m\n',
    );
    expect((await run()).output).to.equal(' 1 %\r 50 %\r100 %\r\r\ndone\rnow\n\x1b[32m1 %\r2 %\n');
  });

  describe('of several services', () => {
    const env = (): NodeJS.ProcessEnv => ({ COREDINATOR_URL: api.listening.url });
    const COLOURS = [36, 33].map((code) => [`\x1b[${code}m`, '\x1b[39m'] as const);

    beforeEach(() => {
      api.control.listed.push(serviceView('pump-1'));
      api.control.logSource = async function* (query, _follow, id) {
        asked.push(query);
        yield await Promise.resolve([line(0, `of ${id}`)]);
      };
    });

    it('begins each line with its service, in a colour and aligned on a terminal only', async () => {
      expect((await run('pump-1', '--utc')).output).to.equal(
        'gate | 2026-11-27T10:00:00.123Z of gate\npump-1 | 2026-11-27T10:00:00.123Z of pump-1\n',
      );
      const words = ['services', 'logs', 'gate', 'pump-1'];
      const terminal = await runCommand(words, env(), new KeptText(80));
      const [first, second] = COLOURS;
      expect(terminal.output).to.equal(
        `${first![0]}gate   | ${first![1]}of gate\n${second![0]}pump-1 | ${second![1]}of pump-1\n`,
      );
      const plain = await runCommand(words, { ...env(), NO_COLOR: '1' }, new KeptText(80));
      expect(plain.output).to.equal('gate   | of gate\npump-1 | of pump-1\n');
    });

    it('is that of an agent, as JSON with one cursor', async () => {
      await api.send('POST', '/api/agents/start', { body: { config_path: '/plant/a.yaml', agent_id: 'mill' } });
      const { services } = api.control.agent('mill');
      for (const id of services) api.control.listed.push(serviceView(id));
      const { output, errors } = await runCommand(['services', 'logs', '--agent', 'mill', '--json'], env());
      expect(errors).to.equal('');
      const { lines, next } = JSON.parse(output) as { lines: { service_id: string }[]; next: string };
      expect(lines.map(({ service_id: id }) => id)).to.have.members([...services]);
      expect(next).to.equal(services.map((id) => `${id}=3:100`).join(';'));
    });

    it('is followed and searched', async () => {
      const end = new AbortController();
      const out = new KeptText();
      const following = runCommand(['services', 'logs', 'gate', 'pump-1', '-f', '-g', 'pump'], env(), out, end.signal);
      await eventually(() => expect(out.text).to.equal('pump-1 | of pump-1\n'));
      end.abort();
      await following;
      api.control.findings = ({ start }) => {
        const from = start.type === 'after' ? (start.position.offsets[0] ?? 0) : 0;
        const findings = [line(0, 'an error'), line(700, 'error two')].filter(
          (item) => item.type === 'line' && item.offset >= from,
        );
        return { findings, next: '3:800', isComplete: true, searchedBytes: 1, totalBytes: 1 };
      };
      expect((await run('pump-1', '-g', 'error')).output).to.equal(
        'gate | an error\ngate | error two\npump-1 | an error\npump-1 | error two\n',
      );
    });

    it('is written to a file from its beginning, with the piece of a long line on a line of its own', async () => {
      const file = join(temporaryFolder(), 'out.log');
      api.control.logSource = async function* (query, _follow, id) {
        asked.push(query);
        yield await Promise.resolve([{ ...line(0, `of ${id}`), partial: 'split' } as LogItem, line(100, 'rest')]);
      };
      await run('pump-1', '--output', file);
      expect(readFileSync(file, 'utf8')).to.equal('gate | of gate\ngate | rest\npump-1 | of pump-1\npump-1 | rest\n');
      const beginning = { type: 'after', position: { generation: 0, offsets: [0] } };
      expect(asked.map(({ start }) => start)).to.deep.equal([beginning, beginning]);
    });

    it('says what is missing, and what is only for one', async () => {
      const problems = [
        [['services', 'logs'], 'Name a service, or an agent with --agent.'],
        [['services', 'logs', 'gate', 'pump-1', '-p'], '--previous is for a single service'],
        [['services', 'logs', 'gate', '--agent', 'x', '--generation', '2'], '--generation is for a single service'],
        [['services', 'logs', 'gate', 'nobody'], 'Service "nobody" not found'],
        [['services', 'logs', '--agent', 'nobody'], 'Agent "nobody" not found'],
      ] as const;
      for (const [words, problem] of problems) {
        const { code, errors } = await runCommand(words, env());
        expect([code === 0, errors].join(), words.join(' '))
          .to.include(`false,`)
          .and.to.include(problem);
      }
    });
  });

  it('refuses options that have no meaning together, and says what to do', async () => {
    const problems = [
      [['-A', '2'], '-A, -B and -C require --grep.'],
      [['-f', '-g', 'x', '-C', '2'], '-A, -B and -C cannot be given together with --follow.'],
      [['-f', '--until', '5m'], '--until cannot be given together with --follow.'],
      [['-f', '-o', 'x'], '--output cannot be given together with --follow.'],
      [['-g', 'x', '-n', '5'], '--lines cannot be given together with --grep; use --since.'],
      [['-p', '--generation', '5'], '--previous cannot be given together with --generation.'],
      [['--until', 'soon'], '--until: "soon" is neither a duration such as 5m nor an instant'],
      [['-g', '('], 'is not a valid regular expression (RE2 syntax): missing closing )'],
    ] as const;
    for (const [words, problem] of problems) {
      const { code, errors } = await run(...words);
      expect(code, words.join(' ')).to.not.equal(0);
      expect(errors, words.join(' ')).to.include(problem);
    }
    expect([...asked, ...searched]).to.deep.equal([]);
  });
});
