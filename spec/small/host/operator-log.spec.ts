import { expect } from 'chai';
import { OperatorLog } from '../../../lib/host/operator-log.ts';
import type { EndedProcess, JournalEntry } from '../../../lib/model/journal.ts';
import { parseAgentId, parseServiceId } from '../../../lib/model/values/ids.ts';
import type { LogItem, LogQuery } from '../../../lib/model/values/log-line.ts';
import type { Log } from '../../../lib/ports/log.ts';

const ID = parseServiceId('pump1-corerl');
const ENDED: EndedProcess = { serviceId: ID, generation: 3, pid: 4711, place: null, uptimeMs: 61_500, env: {} };

/** The last lines of stderr, by generation. */
type Output = Readonly<Record<number, string>>;

/** What the log is told about these events, as `[level, fields, message]`. */
async function toldBy(
  events: readonly (Partial<JournalEntry> & Pick<JournalEntry, 'type'>)[],
  output: Output = {},
): Promise<readonly unknown[][]> {
  const told: unknown[][] = [];
  const at =
    (level: keyof Log) =>
    (fields: Readonly<Record<string, unknown>>, message: string): void => {
      told.push([level, fields, message]);
    };
  const read = async function* ({ serviceId, streams, start }: LogQuery): AsyncGenerator<readonly LogItem[]> {
    await Promise.resolve();
    expect([serviceId, streams, start]).to.deep.equal([ID, ['stderr'], { type: 'tail', lines: 1, since: null }]);
    const line = { type: 'line', stream: 'stderr', offset: 0, at: null, partial: null, position: '' } as const;
    yield Object.entries(output).map(([generation, text]) => ({ ...line, generation: Number(generation), text }));
  };
  const log = new OperatorLog({ debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }, { read });
  const blank = { at: 0, agentId: parseAgentId('pump1'), serviceId: ID, from: null, to: null, detail: {} };
  const rest = { cause: 'process.exited', correlationId: null } as const;
  log.published(events.map((event, seq) => ({ ...blank, ...rest, ...event, seq })));
  await log.close();
  return told;
}

const exit = (detail: object, ended: EndedProcess | null = ENDED) => ({
  type: 'process.exited',
  detail: { code: null, signal: null, generation: 3, class: 'code', ...detail },
  ...(ended === null ? {} : { ended }),
});
const FIELDS = { service: 'pump1-corerl', agent: 'pump1' };
const EXIT = { ...FIELDS, pid: 4711, generation: 3, code: null, signal: null, class: 'code', uptime_ms: 61_500 };

describe('the log of an operator', () => {
  it('logs each launch and adoption', async () => {
    const detail = { pid: 4711, generation: 3, version: '2.0.1', executable: '/plant/corerl-2.0.1' };
    const fields = { ...FIELDS, pid: 4711, generation: 3, version: '2.0.1' };
    const told = await toldBy([
      { type: 'process.launched', detail },
      { type: 'process.adopted', detail, agentId: null },
    ]);
    expect(told).to.deep.equal([
      ['info', fields, 'pump1-corerl was launched (pid 4711, generation 3, version 2.0.1).'],
      [
        'info',
        { service: 'pump1-corerl', pid: 4711, generation: 3, version: '2.0.1' },
        'The host adopted the running process of pump1-corerl (pid 4711, generation 3, version 2.0.1).',
      ],
    ]);
  });

  it('warns of an unexpected exit with the last line that the process wrote to stderr', async () => {
    const output = { 2: 'of the launch before', 3: 'MemoryError: out of tanks' };
    const [told, ...more] = await toldBy([exit({ code: 1 })], output);
    expect(more).to.deep.equal([]);
    expect(told).to.deep.equal([
      'warn',
      { ...EXIT, code: 1, stderr: 'MemoryError: out of tanks' },
      'The process of pump1-corerl (generation 3) exited with code 1.',
    ]);
  });

  it('says nothing of stderr if this launch wrote nothing', async () => {
    const [told] = await toldBy([exit({ signal: 'SIGSEGV', class: 'signal' })], { 2: 'of the launch before' });
    expect(told).to.deep.equal([
      'warn',
      { ...EXIT, signal: 'SIGSEGV', class: 'signal' },
      'The process of pump1-corerl (generation 3) was killed by SIGSEGV.',
    ]);
  });

  it('hides values of the environment, and cuts a long line', async () => {
    const env = { PASSWORD: 'S3cr3tOfThePlant' };
    const output = { 3: `login with S3cr3tOfThePlant failed ${'x'.repeat(1_000)}` };
    const [told] = await toldBy([exit({ code: 1 }, { ...ENDED, env })], output);
    expect(told?.[1])
      .to.have.property('stderr')
      .to.match(/^login with \$\{PASSWORD\} failed x+$/)
      .and.to.have.length(500);
  });

  it('does not warn of a requested end, or of completion', async () => {
    const ends = [
      exit({ signal: 'SIGTERM', class: 'stopped' }),
      exit({ code: 0, class: 'clean' }),
      { type: 'service.state_changed', from: 'running', to: 'stopped' },
    ];
    expect((await toldBy(ends)).map(([level]) => level)).to.deep.equal(['info', 'info']);
    const restarted = [
      exit({ code: 0, class: 'clean' }),
      { type: 'service.state_changed', from: 'running', to: 'backoff' },
    ];
    expect((await toldBy(restarted)).map(([level]) => level)).to.deep.equal(['warn']);
  });

  it('logs what is known of a process of which no launch is known', async () => {
    const [told] = await toldBy([exit({ class: 'lost' }, null)]);
    expect(told?.[0]).to.equal('warn');
    expect(told?.[1]).to.deep.include({ service: 'pump1-corerl', generation: 3, class: 'lost' });
  });

  it('reports a service that failed as an error, and one that fell back as a warning, once each', async () => {
    const reason = 'It ended too often.';
    const told = await toldBy([
      { type: 'service.fell_back', detail: { from: '2.0.1', to: '1.9.0' } },
      { type: 'service.state_changed', from: 'backoff', to: 'failed', detail: { generation: 4, reason } },
      { type: 'agent.state_changed', serviceId: null, from: 'backoff', to: 'failed', detail: { reason } },
      { type: 'service.state_changed', from: 'starting', to: 'running', detail: {} },
      { type: 'agent.start_requested', detail: {} },
    ]);
    expect(told.map(([level, fields]) => [level, fields])).to.deep.equal([
      ['warn', { ...FIELDS, from: '2.0.1', to: '1.9.0' }],
      ['error', { ...FIELDS, generation: 4, reason }],
    ]);
  });

  it('keeps the order of the events', async () => {
    const launch = { type: 'process.launched', detail: { pid: 4712, generation: 4 } };
    const failure = { type: 'service.state_changed', from: 'backoff', to: 'failed' };
    const told = await toldBy([exit({ code: 1 }), launch, exit({ code: 2 }), failure], { 3: 'x' });
    expect(told.map(([level]) => level)).to.deep.equal(['warn', 'info', 'warn', 'error']);
  });
});
