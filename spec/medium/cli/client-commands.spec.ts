import { expect } from 'chai';
import { PassThrough } from 'node:stream';
import type { EventView } from '../../../lib/api/schemas/event.ts';
import type { LogItem } from '../../../lib/model/values/log-line.ts';
import { KeptText, runCommand, type CommandEnd } from '../../support/command.ts';
import { serviceView } from '../../support/control/fake-control.ts';
import { ApiUnderTest } from '../http/api-under-test.ts';

function line(offset: number, text: string): LogItem {
  return {
    type: 'line',
    generation: 1,
    stream: 'stdout',
    offset,
    text,
    at: null,
    partial: null,
    position: `1:${offset + 1},0`,
  };
}

function event(seq: number, type = 'service.state_changed'): EventView {
  const about = { service_id: 'pump1-corerl', from: 'starting', to: 'running', cause: 'deadline' } as const;
  return { seq, at: `2026-01-02T03:04:0${seq}.000Z`, type, ...about, correlation_id: null, detail: {} };
}

describe('commands to a host', () => {
  let api: ApiUnderTest;

  beforeEach(async () => {
    api = await new ApiUnderTest().open();
  });
  afterEach(() => api.close());

  function run(...words: readonly string[]): Promise<CommandEnd> {
    return runCommand(words, { COREDINATOR_URL: api.listening.url });
  }

  async function runJson(...words: readonly string[]): Promise<unknown> {
    const { code, output, errors } = await run(...words, '--json');
    expect([code, errors]).to.deep.equal([0, '']);
    return JSON.parse(output);
  }

  /** The words of each line. */
  function rows({ output }: CommandEnd): readonly (readonly string[])[] {
    return output
      .trimEnd()
      .split('\n')
      .map((one) => one.split(/ {2,}/));
  }

  describe('agents', () => {
    beforeEach(() => run('agents', 'start', '/plant/pump1.yaml'));

    it('start prints the state of the agent, and uses the given file and ids', async () => {
      const words = ['/plant/pump2.yaml', '--agent-id', 'p2', '--coreio-id', 'io'];
      expect(await run('agents', 'start', ...words)).to.deep.equal({ code: 0, output: 'p2 is running\n', errors: '' });
      expect(
        api.control.calls.find(
          ({ name, argument }) => name === 'startAgent' && argument !== null && JSON.stringify(argument).includes('p2'),
        )?.argument,
      ).to.include({
        configPath: '/plant/pump2.yaml',
        coreioId: 'io',
      });
    });

    it('list prints a row for each, or JSON', async () => {
      api.control.listed.push(serviceView('pump1-corerl'));
      const [head, row] = rows(await run('agents', 'list'));
      expect(head).to.deep.equal(['AGENT', 'STATE', 'UP', 'FOR', 'CONFIG', 'REASON']);
      expect(row).to.include.members(['pump1', 'running', '1/1', '/plant/pump1.yaml']);
      expect(await runJson('agents', 'list')).to.have.nested.property('[0].id', 'pump1');
    });

    it('status prints the agent with its services', async () => {
      api.control.listed.push(serviceView('pump1-corerl', 'backoff'));
      const { output } = await run('agents', 'status', 'pump1');
      expect(output)
        .to.include('pump1  running for')
        .and.to.match(/^pump1-corerl +backoff/m);
      expect(await runJson('agents', 'status', 'pump1')).to.have.nested.property('services[0].state', 'backoff');
    });

    it('stop, start by id, restart and delete work', async () => {
      expect((await run('agents', 'stop', 'pump1')).output).to.equal('pump1 is stopped\n');
      expect((await run('agents', 'start', 'pump1')).output).to.equal('pump1 is running\n');
      expect((await run('agents', 'restart', 'pump1')).output).to.equal('pump1 is running\n');
      expect((await run('agents', 'delete', 'pump1', '--yes')).output).to.equal('pump1 is stopped and removed\n');
      expect((await run('agents', 'list')).errors).to.include('No agents. Start one with');
    });

    it('delete says what goes and asks; without a terminal it requires --yes', async () => {
      api.control.listed.push(serviceView('pump1-corerl'));
      const asked = async (answer: string): Promise<CommandEnd> => {
        const keys = new PassThrough().setEncoding('utf8');
        if (answer === '') keys.end();
        else keys.write(answer);
        const env = { COREDINATOR_URL: api.listening.url };
        const err = new KeptText(80);
        const more = { keys: Object.assign(keys, { isTTY: true }), err };
        return runCommand(['agents', 'delete', 'pump1'], env, new KeptText(80), undefined, more);
      };
      const refused = await run('agents', 'delete', 'pump1');
      expect(refused.code).to.equal(2);
      expect(refused.errors).to.include('Nobody can be asked here. Add --yes');
      const question = 'Delete agent pump1 and stop and remove pump1-corerl? [y/N] ';
      for (const no of ['', '\n', 'n\n', 'pump1\n']) expect(await asked(no)).to.include({ code: 1, errors: question });
      expect(rows(await run('agents', 'list'))).to.have.length(2);
      expect(await asked('y\n')).to.include({ code: 0, output: 'pump1 is stopped and removed\n' });
    });

    it('start takes several files, and ends with the first failure after all others were started', async () => {
      const { code, output } = await run('agents', 'start', '/plant/a.yaml', '/plant/b.yaml', 'pump1');
      expect([code, output]).to.deep.equal([0, 'a is running\nb is running\npump1 is running\n']);
      const mixed = await run('agents', 'start', 'nobody', '/plant/c.yaml');
      expect([mixed.code, mixed.output]).to.deep.equal([1, 'c is running\n']);
      expect(mixed.errors).to.include('Agent "nobody" not found');
      expect((await run('agents', 'start', '/plant/a.yaml', '/plant/b.yaml', '--agent-id', 'x')).code).to.equal(2);
    });

    it('name the id that was probably meant', async () => {
      expect((await run('agents', 'status', 'pmup1')).errors).to.match(/\nDid you mean "pump1"\?\n$/);
      api.control.listed.push(serviceView('pump1-corerl'), serviceView('pump1-coreio'));
      expect((await run('services', 'restart', 'pump1-corel')).errors).to.include('Did you mean "pump1-corerl"?');
      expect((await run('services', 'status', 'historian')).errors).not.to.include('Did you mean');
    });

    for (const command of ['status', 'stop', 'start', 'restart', 'delete']) {
      it(`${command} ends with 1 for an unknown id, and names the command that lists the known ones`, async () => {
        const { code, output, errors } = await run('agents', command, 'nobody');
        expect({ code, output }).to.deep.equal({ code: 1, output: '' });
        expect(errors).to.equal(
          'error: Agent "nobody" not found. GET /api/agents/ lists all agents.\n' +
            'hint: `coredinator agents list` lists the known agents.\n',
        );
      });
    }

    it('print the problem of the host unchanged for programs', async () => {
      const { code, errors } = await run('agents', 'status', 'nobody', '--json');
      expect(code).to.equal(1);
      expect(JSON.parse(errors)).to.include({ status: 404, type: '/docs#agent_not_found' });
    });
  });

  it('agents check says what would start and fails if an executable is missing, and starts nothing', async () => {
    const { code, output } = await run('agents', 'check', '/plant/pump1.yaml', '--agent-type', 'tep-demo');
    expect(code).to.equal(1);
    expect(output).to.include('pump1, an agent of type tep-demo. It is new.');
    expect(output).to.include('/plant/coreio-1.2.3').and.include('none: No executable "corerl" below /plant.');
    expect(api.control.calls.some(({ name }) => /start|define/i.test(name))).to.equal(false);
  });

  describe('services', () => {
    beforeEach(() => {
      api.control.listed.push(serviceView('pump1-corerl'), serviceView('gate', 'failed'));
    });

    it('list shows what is running and not ready in words, and selects it', async () => {
      api.control.listed.push({ ...serviceView('mixer'), substate: 'unready', ready: false });
      const { output } = await run('services', 'list', '--ready', 'false');
      expect(output).to.include('mixer').and.to.include('running, not ready').and.not.to.include('pump1-corerl');
      const both = await run('services', 'list', '--state', 'failed', 'running', '--ready', 'true');
      expect(
        rows(both)
          .slice(1)
          .map(([id]) => id),
      ).to.deep.equal(['pump1-corerl']);
      expect((await run('services', 'list', '--flapping')).errors).to.include('No services match');
    });

    it('list prints rows from all pages, and can filter by state', async () => {
      for (let at = 0; at < 1_100; at += 1) api.control.listed.push(serviceView(`s${at}`));
      expect(rows(await run('services', 'list'))).to.have.length(1_103);
      expect(rows(await run('services', 'list', '--state', 'failed')).slice(1)).to.have.nested.property(
        '[0][0]',
        'gate',
      );
      expect((await run('services', 'list', '--agent', 'nobody')).errors).to.include('No services match');
    });

    it('status and explain, also as JSON', async () => {
      expect((await run('services', 'status', 'gate')).output)
        .to.include('gate  failed for')
        .and.to.include('kind');
      expect((await run('services', 'explain', 'gate')).output).to.include('gate is failed.');
      expect(await runJson('services', 'status', 'gate')).to.include({ id: 'gate', state: 'failed' });
      expect(await runJson('services', 'explain', 'gate')).to.include({ summary: 'gate is failed.' });
    });

    it('names the invalid option of explain', async () => {
      const { code, errors } = await run('services', 'explain', 'gate', '--if-exit', 'foo');
      expect([code, errors]).to.deep.equal([
        1,
        'error: --if-exit: must be an exit code from 0 to 255 or the name of a signal such as SIGKILL.\n',
      ]);
    });

    it('signal accepts short names, and rejects invalid signals with 2', async () => {
      expect((await run('services', 'signal', 'gate', 'hup')).output).to.include('sent SIGHUP to gate');
      const refused = await run('services', 'signal', 'gate', 'KILL');
      expect(refused.code).to.equal(2);
      expect(refused.errors).to.include('"KILL"').and.to.include('`coredinator services stop gate`');
      expect(api.control.calls.filter(({ name }) => name === 'signalService')).to.have.length(1);
    });

    it('acknowledge passes the note on, and the status shows it', async () => {
      const { output } = await run('services', 'acknowledge', 'gate', '--note', 'the valve is stuck');
      expect(output).to.equal('the failure of gate is acknowledged until its state changes (failed)\n');
      expect(api.control.calls.at(-1)).to.have.deep.property('argument', { id: 'gate', note: 'the valve is stuck' });
      expect((await run('services', 'status', 'gate')).output).to.match(/acknowledged +\S+ ago: the valve is stuck\n/);
      expect((await run('services', 'acknowledge', 'gate', '--note', ' ')).errors).to.contain(
        '"note" must not be empty',
      );
    });

    it('start of a failing service ends with 1, the reason, and the command for details', async () => {
      const { code, errors } = await run('services', 'start', 'gate');
      expect(code).to.equal(1);
      expect(errors).to.include('gate failed: ').and.to.include('`coredinator services explain gate`');
    });

    it('restart that does not finish in time ends with 5, and prints the current state', async () => {
      const { code, output, errors } = await run('services', 'restart', 'pump1-corerl', '--timeout', '1ms');
      expect([code, output]).to.deep.equal([5, '']);
      expect(errors).to.match(/pump1-corerl is not running after|did not answer within/);
      const asJson = await run('services', 'restart', 'pump1-corerl', '--timeout', '400ms', '--json');
      expect(asJson.code).to.equal(5);
      expect(JSON.parse(asJson.output)).to.include({ id: 'pump1-corerl' });
      expect(JSON.parse(asJson.errors)).to.include({ title: 'Timed out' });
    });

    it('delete removes it', async () => {
      expect((await run('services', 'delete', 'gate')).code).to.equal(0);
      expect((await run('services', 'delete', 'gate')).errors).to.include('`coredinator services list`');
    });

    it('logs passes only colours to a terminal, and all bytes to a pipe', async () => {
      const text = '\x1b]0;owned\x07\x1b[31mred\x1b[2J';
      api.control.logSource = async function* () {
        yield await Promise.resolve([line(0, text)]);
      };
      const env = { COREDINATOR_URL: api.listening.url };
      const onTerminal = await runCommand(['services', 'logs', 'gate'], env, new KeptText(80));
      expect(onTerminal.output).to.equal('^[]0;owned^G\x1b[31mred^[[2J\x1b[0m\n');
      expect((await run('services', 'logs', 'gate')).output).to.equal(`${text}\n`);
    });

    it('logs prints lines, follows them until it is interrupted, and reports when there are none', async () => {
      expect((await run('services', 'logs', 'gate')).errors).to.include('No output of gate matches');
      api.control.logSource = async function* () {
        yield await Promise.resolve([line(0, 'one'), line(4, 'two')]);
      };
      expect((await run('services', 'logs', 'gate')).output).to.equal('one\ntwo\n');
      expect(await runJson('services', 'logs', 'gate')).to.have.nested.property('lines[1].text', 'two');
      const leave = new AbortController();
      api.control.logSource = async function* () {
        yield await Promise.resolve([line(0, 'one')]);
        leave.abort('SIGTERM');
      };
      const env = { COREDINATOR_URL: api.listening.url };
      const { code } = await runCommand(['services', 'logs', 'gate', '-f'], env, new KeptText(), leave.signal);
      expect(code).to.equal(143);
    });
  });

  it('io start, list and stop', async () => {
    api.control.listed.push(serviceView('plant-coreio'));
    expect((await run('io', 'start', '/plant/plant.yaml')).output).to.include('plant-coreio is running');
    expect(rows(await run('io', 'list'))[1]).to.include.members(['plant-coreio', 'running']);
    expect(await runJson('io', 'list')).to.have.nested.property('[0].service_id', 'plant-coreio');
    expect((await run('io', 'stop', 'plant-coreio')).output).to.equal('plant-coreio is stopped and removed\n');
    const again = await run('io', 'stop', 'plant-coreio');
    expect(again.code).to.equal(1);
    expect(again.errors).to.contain('hint: `coredinator io list` lists the shared coreio services.\n');
  });

  it('events prints the last ones, oldest first, can filter by type, and reports when there are none', async () => {
    expect((await run('events')).errors).to.include('No events match');
    api.control.events.push(event(1), event(2, 'process.exited'), event(3));
    const instants = (end: CommandEnd): readonly (string | undefined)[] => rows(end).map(([at]) => at?.slice(17, 19));
    expect(instants(await run('events'))).to.deep.equal(['01', '02', '03']);
    expect(instants(await run('events', '-n', '2'))).to.deep.equal(['02', '03']);
    expect(instants(await run('events', '--type', 'process.*'))).to.deep.equal(['02']);
    expect(instants(await run('events', '--since', '2026-01-02T03:04:02.500Z'))).to.deep.equal(['03']);
    expect(await runJson('events')).to.have.nested.property('[2].seq', 3);
    const { code, errors } = await run('events', '--type', 'proces.*');
    expect(code).to.equal(1);
    expect(errors).to.contain('--type: matches no event type');
  });

  it('audit prints commands and who gave them, oldest first, and can filter by that', async () => {
    expect((await run('audit')).errors).to.include('No commands match');
    const command = (seq: number, actor: string, tool: string): EventView => ({
      ...event(seq, 'agent.stop_requested'),
      ...{ agent_id: 'pump1', cause: 'command', actor, address: '192.0.2.7', tool },
    });
    api.control.events.push(command(1, 'anna', 'cli'), event(2), command(3, 'ben', 'page'));
    const [head, first, second] = rows(await run('audit'));
    expect(head).to.deep.equal(['TIME', 'ACTOR', 'TOOL', 'ADDRESS', 'COMMAND']);
    expect(first).to.include.members(['anna', 'cli', '192.0.2.7', 'Agent pump1-corerl was stopped.']);
    expect(second).to.include.members(['ben', 'page']);
    const seqs = async (...words: readonly string[]): Promise<readonly number[]> =>
      ((await runJson('audit', ...words)) as readonly EventView[]).map(({ seq }) => seq);
    expect(await seqs()).to.deep.equal([1, 3]);
    expect(await seqs('--actor', 'ben')).to.deep.equal([3]);
    expect(await seqs('--tool', 'cli', '--address', '192.0.2.7')).to.deep.equal([1]);
    expect(await seqs('--until', '2026-01-02T03:04:02.000Z')).to.deep.equal([1]);
    expect(await seqs('-n', '1')).to.deep.equal([3]);
  });

  it('webhooks lists them, mutes one and ends that', async () => {
    expect((await run('webhooks', 'list')).errors).to.include('This host has no webhooks');
    api.control.hooks.push({ name: 'alerts', state: 'delivering', failing_since: null, reason: null, mutes: [] });
    const until = '2099-01-02T03:04:05.000Z';
    const { output } = await run('webhooks', 'mute', 'alerts', '--until', until, '--agent', 'pump1', '--note', 'works');
    expect(output).to.match(/^alerts is muted for the events of pump1 until 2099-01-0\d \d\d:\d\d:05\.000\n$/);
    const asked = { name: 'alerts', agentId: 'pump1', until: Date.parse(until), note: 'works' };
    expect(api.control.calls.at(-1)).to.have.deep.property('argument', asked);
    expect(rows(await run('webhooks', 'list'))[1]?.join(' ')).to.match(
      /^alerts delivering pump1 until 2099-01-0\d \d\d:\d\d:05\.000 works$/,
    );
    expect((await run('webhooks', 'unmute', 'alerts', '--agent', 'pump1')).output).to.include('no longer muted');
    expect((await run('webhooks', 'mute', 'alerts', '--for', '2h')).code).to.equal(0);
    const { argument } = api.control.calls.findLast(({ name }) => name === 'muteWebhook')!;
    expect((argument as { until: number }).until - Date.now()).to.be.within(7_100_000, 7_200_000);
    const both = await run('webhooks', 'mute', 'alerts', '--for', '2h', '--until', until);
    expect([both.code, (await run('webhooks', 'mute', 'alerts')).code]).to.deep.equal([2, 2]);
    const past = await run('webhooks', 'mute', 'alerts', '--until', '2020-01-02T03:04:05Z');
    expect([past.code, past.errors]).to.deep.equal([1, 'error: --until: must be in the future.\n']);
    const unknown = await run('webhooks', 'mute', 'alert', '--for', '1h');
    expect(unknown.errors).to.include('Webhook "alert" not found. Use one of: alerts.').and.to.include('hint: ');
  });

  it('events also finds orphans under the deprecated type, and warns', async () => {
    api.control.events.push(event(1), event(2, 'process.orphan'), event(3, 'process.exited'));
    const { code, errors, output } = await run('events', '--type', 'process.s*');
    expect([code, errors]).to.deep.equal([0, '']);
    expect(output.trim().split('\n')).to.have.length(1);
    expect(output).to.include(':02.000  ');
    expect((await run('events', '--type', 'process.s*', '--utc')).output).to.include('T03:04:02.000Z  ');
    const exact = await run('events', '--type', 'process.stray');
    expect(exact.errors).to.equal('warning: The event type process.stray is deprecated; use process.orphan.\n');
    expect(api.control.calls.at(-1)).to.have.nested.property('argument.type', 'process.stray');
  });

  it('top prints one table if the output is not a terminal', async () => {
    api.control.listed.push(serviceView('gate'));
    const { code, output } = await run('top', '--interval', '100ms');
    expect(code).to.equal(0);
    expect(output)
      .to.include('1 service: 1 running')
      .and.to.match(/^gate +running/m);
    expect(await runJson('top', '--interval', '100ms')).to.have.nested.property('rows[0].service.id', 'gate');
  });

  it('health ends with 1 if the host is degraded, and prints the reasons', async () => {
    expect((await run('health')).output).to.match(/^healthy, Plant 7, pid 4711/);
    api.control.reasons = ['The disk is full.'];
    const { code, output } = await run('health');
    expect(code).to.equal(1);
    expect(output).to.include('degraded').and.to.include('The disk is full.');
  });

  it('config reload says what changed', async () => {
    expect((await run('config', 'reload')).output).to.equal('Nothing changed.\n');
    expect(await runJson('config', 'reload', '--dry-run')).to.include({ applied: false });
  });

  it('services version shows the versions, pins one, unpins, and only says so on a dry run', async () => {
    const shown = await run('services', 'version', 'gate');
    expect(shown.output)
      .to.match(/^version +1\.2\.3$/m)
      .and.to.match(/^pinned +no$/m)
      .and.to.match(/^1\.2\.2 +\/plant/m);
    const pinned = await run('services', 'version', 'gate', '1.2.2');
    expect(pinned.output).to.equal(
      'gate: restart, its process runs another one\n  version: ^1 → 1.2.2\nRestarting: gate\n',
    );
    const call = (): unknown => api.control.calls.findLast(({ name }) => name === 'pinVersion')?.argument;
    expect(call()).to.deep.equal({ id: 'gate', version: '1.2.2', isDryRun: false });
    expect((await run('services', 'version', 'gate', '--unpin', '--dry-run')).output).to.include('Would restart: gate');
    expect(call()).to.deep.equal({ id: 'gate', version: null, isDryRun: true });
    const missing = await run('services', 'version', 'gate', '9.9.9');
    expect(missing.code).to.equal(1);
    expect(missing.errors).to.include('Version 9.9.9').and.to.include('The versions of it are 1.2.3, 1.2.2');
    expect((await run('services', 'version', 'gate', '^1')).errors).to.include('must be one version such as 1.2.3');
    expect(await run('services', 'version', 'gate', '1.2.2', '--unpin')).to.deep.include({ code: 2, output: '' });
    expect(await run('services', 'version', 'gate', '--dry-run')).to.deep.include({ code: 2, output: '' });
  });

  it('config revisions lists what was applied, and prints one of it as YAML', async () => {
    const [head, first] = rows(await run('config', 'revisions', '--utc'));
    expect(head).to.deep.equal(['NUMBER', 'TIME', 'OF', 'BY', 'REVISION']);
    expect(first).to.deep.equal(['12', '2026-01-02T03:04:05.678Z', 'agent pump1', 'anna', '5d41402a']);
    await run('config', 'revisions', '--agent', 'pump1', '-n', '3');
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ before: Infinity, limit: 3, subject: 'agent:pump1' });
    await run('config', 'revisions', '--host-only');
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ before: Infinity, limit: 20, kind: 'host' });
    expect((await run('config', 'revisions', '12')).output).to.equal('agent_type: default\nservices: {}\n');
    const missing = await run('config', 'revisions', '13');
    expect(missing.code).to.equal(1);
    expect(missing.errors).to.include('Configuration revision 13 not found');
  });

  it('config diff prints each key with its old and its new value, and what restarts', async () => {
    const { output } = await run('config', 'diff', '11', '12', '--utc');
    expect(output).to.equal(
      'agent pump1: revision 11 (2026-01-02T03:04:05.678Z) → revision 12 (2026-01-02T03:04:05.678Z, anna)\n' +
        '  pump1-corerl: update, no new launch is needed for restart\n' +
        '    backoff.max: 30s → 1m\n',
    );
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ from: 11, to: 12, subject: null });
    await run('config', 'diff', '11');
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ from: 11, to: null, subject: null });
    await run('config', 'diff', '--agent', 'pump1');
    expect(api.control.calls.at(-1)?.argument).to.deep.equal({ from: null, to: null, subject: 'agent:pump1' });
    const wrong = await run('config', 'diff', 'x');
    expect(wrong.code).to.equal(1);
    expect(wrong.errors).to.include('"from" must be a whole number');
  });

  it('config reload prints each key that differs, and what restarts', async () => {
    api.control.reloaded = {
      changes: [
        {
          ...{ service_id: 'pump1-corerl', action: 'restart', changed: ['version'], reason: 'a new launch is needed' },
          ...{ keys: [{ key: 'version', old: null, new: '^2' }], revision: '5d41402a' },
        },
      ],
      restarts: ['pump1-corerl'],
      settings: [{ agent_id: null, keys: [{ key: 'kinds.corerl.args', old: [], new: ['--fast'] }] }],
    };
    const { output } = await run('config', 'reload', '--dry-run');
    expect(output)
      .to.include('host\n  kinds.corerl.args: [] → ["--fast"]\n')
      .and.to.include('pump1-corerl\n  version: (not set) → ^2\n')
      .and.to.include('Would restart: pump1-corerl\n');
    expect((await run('config', 'reload')).output).to.include('Restarted: pump1-corerl\n');
  });

  it('shutdown requests the given mode, and ends with 5 if the host does not stop', async () => {
    expect((await run('shutdown', '--drain', '--no-wait')).output).to.equal(
      'The host is stopping its services and will then shut down.\n',
    );
    expect(api.control.calls.find(({ name }) => name === 'shutdown')?.argument).to.equal('drain');
    const { code, errors } = await run('shutdown', '--timeout', '300ms');
    expect(code).to.equal(5);
    expect(errors)
      .to.include('The host has not stopped within 0.3 s: shutting down.')
      .and.to.include('`coredinator health`');
  });

  it('complete ids from the host that the environment specifies', async () => {
    api.control.listed.push(serviceView('pump1-corerl'), serviceView('gate'));
    expect((await run('__complete', 'services', 'logs', 'p')).output).to.equal('pump1-corerl\n:none\n');
    const versions = (await run('__complete', 'services', 'version', 'pump1-corerl', '1')).output;
    expect(versions).to.match(/^(1\.\S+\n)+:none\n$/);
    const env = { COREDINATOR_URL: api.listening.url };
    await api.close();
    expect((await runCommand(['__complete', 'services', 'logs', 'p'], env)).output).to.equal(':none\n');
  });
});
