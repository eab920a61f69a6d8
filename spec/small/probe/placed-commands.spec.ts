import { expect } from 'chai';
import { SimulatedClock } from 'xstate';
import type { CommandEnd, CommandRunner, PlacedCommand } from '../../../lib/ports/engine/command-runner.ts';
import type { ServiceLogs } from '../../../lib/ports/service-logs.ts';
import { createProber } from '../../../lib/probe/prober.ts';
import { recordingLog } from '../../support/control/control-world.ts';
import { probeSpec, probeTarget, RecordedVerdicts } from '../../support/probe/probe-specs.ts';
import { ONLY_HOST } from '../../support/process/accounts.ts';

const COMMAND = ['pg_isready', '-h', 'secret-host'];

/** Runs commands as a spec says. */
class ScriptedRunner implements CommandRunner {
  readonly asked: PlacedCommand[] = [];
  begins = true;
  end: (end: CommandEnd) => void = () => undefined;

  run(_launch: unknown, command: PlacedCommand, begun: () => void): Promise<CommandEnd> {
    this.asked.push(command);
    if (this.begins) begun();
    return new Promise((resolve) => (this.end = resolve));
  }
}

describe('an exec probe of a launch that runs elsewhere', () => {
  let time: SimulatedClock;
  let runner: ScriptedRunner;
  let recorded: RecordedVerdicts;
  let end: () => void;

  beforeEach(() => {
    time = new SimulatedClock();
    runner = new ScriptedRunner();
    recorded = new RecordedVerdicts();
    const prober = createProber({
      logs: {} as ServiceLogs, // no check reads them
      ...{ clock: { now: () => time.now(), random: () => 0.5 }, time, basePath: '/here', log: recordingLog() },
      ...{ accounts: ONLY_HOST, baseEnv: {}, commands: runner },
    });
    const probe = probeSpec({ type: 'exec', command: COMMAND }, { periodMs: 1_000, timeoutMs: 500 });
    end = prober.watch(probeTarget('pump', { env: { DB: 'secret-host' } }), 'readiness', probe, recorded);
  });

  afterEach(() => {
    end();
  });

  async function pass(ms: number): Promise<void> {
    for (let step = 0; step < ms; step += 100) {
      time.increment(100);
      for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  it('asks for its command there, to be killed a little after its time', async () => {
    await pass(100);
    expect(runner.asked).to.deep.equal([{ command: COMMAND, cwd: null, limitMs: 1_500 }]);
  });

  it('passes on exit code 0', async () => {
    await pass(100);
    runner.end({ type: 'exited', code: 0, stderr: '' });
    await pass(100);
    expect(recorded.verdicts).to.deep.equal(['passed']);
  });

  it('fails on any other code with the last line of the command, without the values of variables', async () => {
    await pass(100);
    runner.end({ type: 'exited', code: 2, stderr: 'trace\nno answer of secret-host\n' });
    await pass(100);
    expect(recorded.verdicts).to.have.length(1);
    expect(recorded.verdicts[0]).to.match(/^the command "pg_isready -h .*" exited with code 2: no answer of /);
    expect(recorded.verdicts[0]).not.to.include('secret-host');
  });

  it('fails if its command may not be run', async () => {
    await pass(100);
    runner.end({ type: 'refused', reason: 'pods "pump" is forbidden: cannot create resource "pods/exec"' });
    await pass(100);
    expect(recorded.verdicts[0]).to.match(/^the command ".*" cannot be run: pods "pump" is forbidden/);
  });

  it('fails if a command that runs does not finish in time', async () => {
    await pass(700);
    expect(recorded.verdicts[0]).to.match(/ did not finish within 500 ms$/);
  });

  it('says nothing if it is not known whether the command ran', async () => {
    runner.begins = false;
    await pass(700);
    runner.end({ type: 'exited', code: 1, stderr: '' }); // too late
    await pass(500);
    runner.end({ type: 'unknown' });
    await pass(500);
    expect(runner.asked.length).to.be.greaterThan(1);
    expect(recorded.verdicts).to.deep.equal([]);
  });
});
