import { expect } from 'chai';
import type { ProbeCheck } from '../../../lib/model/probe.ts';
import type { LogItem, LogQuery } from '../../../lib/model/values/log-line.ts';
import type { ServiceLogs } from '../../../lib/ports/service-logs.ts';
import { eventually } from '../../support/eventually.ts';
import { probeTarget } from '../../support/probe/probe-specs.ts';
import { ProbeWorld, type Watched } from '../../support/probe/probe-world.ts';
import { AMPLE, LogsWorld, SERVICE } from '../../support/process/logs-world.ts';
import { RecordWorld } from '../../support/process/record-world.ts';
import { isNativeShimBuilt } from '../../support/process/shim-driver.ts';

/** Counts what is read. */
class CountedLogs {
  reads = 0;
  readonly items: LogItem[] = [];
  readonly logs: ServiceLogs;

  constructor(logs: ServiceLogs) {
    const read = (query: LogQuery): AsyncIterable<readonly LogItem[]> => this.#counted(logs.read(query));
    const refuse = (): never => {
      throw new Error('A probe only reads.');
    };
    this.logs = { read, follow: refuse, merge: refuse, search: refuse, keepBounded: refuse, close: refuse };
  }

  async *#counted(batches: AsyncIterable<readonly LogItem[]>): AsyncGenerator<readonly LogItem[]> {
    this.reads += 1;
    for await (const items of batches) {
      this.items.push(...items);
      yield items;
    }
  }

  /** Resolves when `count` more reads have started; the one before the last has then finished. */
  async more(count: number): Promise<void> {
    const until = this.reads + count;
    await eventually(() => {
      expect(this.reads).to.be.at.least(until);
    });
  }
}

describe('a log-line probe', function () {
  this.timeout(20_000); // real files on a possibly busy machine
  let output: LogsWorld;
  let counted: CountedLogs;
  let world: ProbeWorld;

  beforeEach(async () => {
    output = new LogsWorld();
    counted = new CountedLogs(await output.open());
    world = new ProbeWorld({ logs: counted.logs });
  });

  afterEach(async () => {
    await world.dispose();
    await output.close();
  });

  /** Watches generation 2. */
  function watch(pattern: string, periodMs = 20): Watched {
    const check: ProbeCheck = { type: 'log_line', pattern };
    return world.watch(check, { periodMs }, probeTarget(SERVICE, { launch: { generation: 2 } }));
  }

  for (const stream of ['stdout', 'stderr'] as const) {
    it(`passes once a line of ${stream} matches`, async () => {
      const { recorded, verdicts } = watch('^ready on port \\d+$');
      output.write(2, 'starting\n', stream);
      expect(await verdicts(1)).to.deep.equal(['no line of output has matched /^ready on port \\d+$/ yet']);
      output.write(2, 'ready on port 7101\r\n', stream);
      await verdicts(2);
      expect(recorded.verdicts[1]).to.equal('passed');
    });
  }

  it('ignores other launches', async () => {
    output.write(1, 'ready\n');
    output.write(3, 'ready\n');
    const { recorded } = watch('ready');
    await counted.more(3);
    expect(recorded.verdicts).to.have.length(1);
    output.write(2, 'starting\n');
    await counted.more(3);
    expect(recorded.verdicts).to.have.length(1);
    output.write(2, 'ready\n');
    await eventually(() => {
      expect(recorded.verdicts.slice(1)).to.deep.equal(['passed']);
    });
  });

  it('waits for the end of a line', async () => {
    const { recorded, verdicts } = watch('ready');
    output.write(2, 'rea');
    await counted.more(2);
    output.write(2, 'dy');
    await counted.more(2);
    expect(recorded.verdicts).to.have.length(1);
    output.write(2, '\n');
    expect((await verdicts(2))[1]).to.equal('passed');
  });

  it('reads nothing more once it has passed', async () => {
    output.write(2, 'ready\n');
    const { verdicts } = watch('ready');
    expect(await verdicts(1)).to.deep.equal(['passed']);
    const { reads } = counted;
    const witness = world.watch({ type: 'exec', command: ['true'] }, { successThreshold: 3 });
    await witness.verdicts(1);
    expect(counted.reads).to.equal(reads);
  });

  it('reads each byte once, however chatty the service is', async () => {
    watch('never');
    for (let round = 0; round < 5; round += 1) {
      await output.count(2, round * 2_000 + 1, (round + 1) * 2_000);
      await counted.more(2);
    }
    await counted.more(2);
    const texts = counted.items.map((item) => item.type === 'line' && item.text);
    expect(texts).to.have.length(10_000);
    expect(new Set(texts).size).to.equal(10_000);
  });

  it('stops reading at the line that matches', async () => {
    output.write(2, 'ready\n');
    await output.count(2, 1, 100_000);
    const { verdicts } = watch('ready');
    expect(await verdicts(1)).to.deep.equal(['passed']);
    expect(counted.items.length).to.be.lessThan(20_000);
  });

  it('treats a line of many MiB as one line, of which only the beginning is tested', async () => {
    output.write(2, `begin ${'x'.repeat(16 * 1024)} late ${'ready '.repeat(1_500_000)}\n`);
    const probes = [watch('late'), watch('ready'), watch('^ready'), watch('^begin x+$')];
    for (const { verdicts } of probes) await verdicts(1);
    expect(probes.map(({ recorded }) => recorded.verdicts[0] === 'passed')).to.deep.equal([false, false, false, true]);
    output.write(2, 'ready\n');
    expect((await probes[2]!.verdicts(2))[1]).to.equal('passed');
  });

  it('reaches no verdict if output was deleted before it could be read, until a line matches', async () => {
    await output.count(2, 1, 50_000);
    output.bound = { ...AMPLE, maxBytes: 100_000 };
    await output.logs.sweep();
    const released = watch('never');
    const later = watch('^ready$');
    const ofNext = watch('^ready again$');
    output.write(2, 'ready\n');
    expect((await later.verdicts(1))[0]).to.equal('passed');
    output.write(2, 'ready again\n');
    expect((await ofNext.verdicts(1))[0]).to.equal('passed');
    expect(released.recorded.verdicts).to.deep.equal([]);
  });

  it('fails with the reason if an earlier version accepted a pattern that is now rejected', async () => {
    const { verdicts } = watch('ready(?= on port)');
    output.write(2, 'ready on port 7101\n');
    expect((await verdicts(1))[0]).to.match(/^its pattern uses lookahead, /);
  });

  it('treats a pattern that is not a regular expression as a failed check', async () => {
    const [reason] = await watch('(').verdicts(1);
    expect(reason).to.match(/^its pattern is not a valid regular expression \(RE2 syntax\)/);
  });

  it('treats unreadable output as a failed check, and continues', async () => {
    const { logs } = counted;
    let isBroken = true;
    const read = (query: LogQuery): AsyncIterable<readonly LogItem[]> => {
      if (isBroken) throw new Error('the disk is gone');
      return logs.read(query);
    };
    const prober = new ProbeWorld({ logs: { ...logs, read } });
    const check: ProbeCheck = { type: 'log_line', pattern: 'ready' };
    const { verdicts } = prober.watch(check, {}, probeTarget(SERVICE, { launch: { generation: 2 } }));
    expect(await verdicts(1)).to.deep.equal(['the output cannot be read: the disk is gone']);
    output.write(2, 'ready\n');
    isBroken = false;
    expect((await verdicts(2))[1]).to.equal('passed');
    await prober.dispose();
  });
});

describe('a log-line probe of a launch with records', function () {
  this.timeout(20_000); // real shims on a possibly busy machine
  let output: RecordWorld;
  let world: ProbeWorld;

  before(function () {
    if (!isNativeShimBuilt()) this.skip();
  });

  beforeEach(async () => {
    output = new RecordWorld();
    world = new ProbeWorld({ logs: await output.open() });
  });

  afterEach(async () => {
    await world.dispose();
    await output.close();
  });

  function watch(pattern: string): Watched {
    const check: ProbeCheck = { type: 'log_line', pattern };
    return world.watch(check, { periodMs: 20 }, probeTarget(SERVICE, { launch: { generation: 2 } }));
  }

  async function passed({ recorded }: Watched): Promise<void> {
    await eventually(() => {
      expect(recorded.verdicts.at(-1)).to.equal('passed');
    });
  }

  it('sees what is written to /dev/stderr', async () => {
    const order = await output.obeys(2);
    order('echo "ready on port 7101" >/dev/stderr');
    await passed(watch('^ready on port \\d+$'));
  });

  it('sees a line that has no end yet, but takes its end for none', async () => {
    const order = await output.obeys(2);
    order('printf "ready on"');
    await passed(watch('^ready'));
    const others = ['^ready on$', 'ready on\\b', 'ready on.', 'ready on\\s', '^ready on port$', '^port'].map(watch);
    for (const { verdicts } of others) await verdicts(1);
    expect(others.flatMap(({ recorded }) => recorded.verdicts)).to.not.include('passed');
    order('echo oh >&2; sleep 0.1; echo " port"');
    for (const other of others.slice(1, 5)) await passed(other); // each of them follows the log by itself
    const never = [others[0]!, others[5]!].map(({ recorded }) => recorded.verdicts.at(-1) === 'passed');
    expect(never).to.deep.equal([false, false]);
  });

  it('treats a long line as one, of which only the beginning is tested', async () => {
    await output.ran(2, 'printf begin; head -c 300000 /dev/zero | tr "\\0" x; echo late; echo late');
    const probes = ['^begin', 'begin.*late', '^late'].map(watch);
    for (const { verdicts } of probes) await verdicts(1);
    expect(probes.map(({ recorded }) => recorded.verdicts[0] === 'passed')).to.deep.equal([true, false, true]);
  });
});
