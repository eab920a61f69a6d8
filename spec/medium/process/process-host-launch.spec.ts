import { expect } from 'chai';
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { isBlameless, type LaunchFailure, type ProcessExit, type LocalShimKind } from '../../../lib/model/process.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import { procStat } from '../../../lib/process/os/process-identity.ts';
import { NativeShims } from '../../../lib/process/launch/native-shims.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { INSTANCE_ID, LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { writtenOutput } from '../../support/process/written-output.ts';
import { localLaunchBy } from '../../support/process/local-launch.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function isRunning(pid: number): boolean {
  const stat = procStat(pid);
  return stat !== null && !stat.isDead;
}

/** The running launchers that this process started. */
function launchers(): readonly number[] {
  const children = readdirSync('/proc/self/task').flatMap((thread) =>
    readFileSync(`/proc/self/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
  return children.filter((pid) => {
    const command = existsSync(`/proc/${pid}`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
    return /coredinator-shim\0launcher\0$/.test(command);
  });
}

describe('the launches of a local process host', function () {
  this.timeout(20_000);
  const kinds: LocalShimKind[] = bestShimKind() === 'native' ? ['native', 'node'] : ['node'];
  let world: LocalProcessWorld;
  let host: ProcessHost;

  before(function () {
    if (process.platform === 'win32') this.skip(); // the programs are shell scripts
  });

  async function open(kind: LocalShimKind, baseEnv: NodeJS.ProcessEnv = process.env): Promise<void> {
    world = new LocalProcessWorld(kind);
    host = await world.open({ baseEnv });
  }

  afterEach(() => world.dispose());

  async function refusalOf(request: LaunchRequest): Promise<LaunchFailure> {
    const outcome = await host.launch(request);
    if (outcome.type === 'launched') throw new Error(`It was launched as ${outcome.launch.pid}.`);
    return outcome.failure;
  }

  async function outputOf(request: LaunchRequest): Promise<string> {
    const launch = localLaunchBy(await host.launch(request));
    await new Promise<ProcessExit>((exited) => host.observe(launch.launchId, { exited }));
    return writtenOutput(join(world.stateDir, 'logs', request.serviceId), request.generation, 'stdout');
  }

  for (const kind of kinds) {
    it(`${kind}: give the program its own settings and none of the host's`, async () => {
      await open(kind, { PATH: process.env['PATH'], COREDINATOR_TOKEN: 'secret', KEPT: 'yes' });
      const executablePath = world.script('env');
      const env = { PORT: '7100' };
      const output = await outputOf(world.request(PUMP, 3, { executablePath, env, agentId: 'plant' }));
      const [launch] = [...world.ledger.entries.values()];
      const lines = output.split('\n').filter((line) => /^(COREDINATOR_|KEPT|PORT)/.test(line));
      expect(lines.sort()).to.deep.equal([
        'COREDINATOR_AGENT_ID=plant',
        'COREDINATOR_GENERATION=3',
        `COREDINATOR_INSTANCE=${INSTANCE_ID}`,
        `COREDINATOR_LAUNCH_ID=${launch!.launchId}`,
        `COREDINATOR_ORIGIN_BASE=${world.folder}`,
        `COREDINATOR_ORIGIN_STATE=${world.stateDir}`,
        'COREDINATOR_SERVICE_ID=pump',
        'COREDINATOR_URL=http://127.0.0.1:1',
        'KEPT=yes',
        'PORT=7100',
      ]);
    });

    it(`${kind}: pass arguments on unchanged and use the given working directory`, async () => {
      await open(kind);
      const cwd = temporaryFolder();
      const args = ['', 'a b', '$HOME', "it's", '"', '*', 'ü', 'two\nlines'];
      const executablePath = world.script('pwd; printf "<%s>" "$@"; echo');
      const output = await outputOf(world.request(PUMP, 1, { executablePath, args, cwd }));
      expect(output).to.equal(`${cwd}\n${args.map((arg) => `<${arg}>`).join('')}\n`);
    });

    it(`${kind}: of a file that is not executable are refused permanently`, async () => {
      await open(kind);
      const executablePath = world.script('exit 0');
      chmodSync(executablePath, 0o644);
      const failure = await refusalOf(world.request(PUMP, 1, { executablePath }));
      expect(failure).to.include({ code: 'EACCES', isPermanent: true });
      expect(failure.message).to.include(executablePath);
    });

    for (const [what, text, reason] of [
      [
        'has no interpreter',
        '#!  /no/such/interpreter -x\nexit 0\n',
        'its interpreter "/no/such/interpreter" does not exist',
      ],
      [
        'has the line endings of Windows',
        '#!/bin/sh\r\nexit 0\r\n',
        'its interpreter would be "/bin/sh\\r"; save it with LF',
      ],
      ['has an interpreter that may not run', '#!/etc/passwd\n', 'its interpreter "/etc/passwd" may not be executed'],
    ] as const) {
      it(`${kind}: of a script that ${what} say so`, async () => {
        await open(kind);
        const executablePath = join(world.folder, 'script');
        writeFileSync(executablePath, text, { mode: 0o755 });
        const failure = await refusalOf(world.request(PUMP, 1, { executablePath }));
        expect(failure).to.include({ isPermanent: true });
        expect(failure.message).to.include(`The program "${executablePath}" cannot be run: `).and.include(reason);
      });
    }

    it(`${kind}: into a folder that does not exist are refused, but another file would not help`, async () => {
      await open(kind);
      const cwd = join(world.folder, 'nowhere');
      const failure = await refusalOf(world.request(PUMP, 1, { cwd }));
      expect(failure).to.include({ code: 'ENOENT', isPermanent: false });
      expect(failure.message).to.include(cwd);
    });

    it(`${kind}: leave no files behind if they are refused`, async () => {
      await open(kind);
      await refusalOf(world.request(PUMP, 1, { executablePath: join(world.folder, 'missing') }));
      await eventually(() => {
        expect([...world.list('run'), ...world.list('exits')]).to.be.empty;
        expect([...world.ledger.entries.values()].map(({ state }) => state)).to.deep.equal(['revoked']);
      });
    });

    it(`${kind}: are refused with ESTORE while the ledger is unavailable, and nothing runs`, async () => {
      await open(kind);
      world.ledger.breakDown(true);
      expect(await refusalOf(world.request(PUMP, 1))).to.include({ code: 'ESTORE', isPermanent: false });
      expect(world.list('run')).to.be.empty;
      world.ledger.breakDown(false);
      localLaunchBy(await host.launch(world.request(PUMP, 2)));
    });

    it(`${kind}: report their end although the ledger is unavailable, and keep the record until it is available again`, async () => {
      await open(kind);
      const launch = localLaunchBy(await host.launch(world.request(PUMP, 1)));
      world.ledger.breakDown(true);
      const exited = new Promise<ProcessExit>((resolve) => host.observe(launch.launchId, { exited: resolve }));
      world.exit(launch, 3);
      expect(await exited).to.include({ code: 3 });
      expect(world.list('exits')).to.include(launch.launchId);
      expect(await refusalOf(world.request(PUMP, 2))).to.include({ code: 'ESTORE' });
      world.ledger.breakDown(false);
      await eventually(() => {
        expect(world.ledger.entries.get(launch.launchId)?.exit).to.include({ code: 3 });
        expect([...world.list('run'), ...world.list('exits')]).to.be.empty;
      });
    });

    it(`${kind}: create nothing in place of a state directory that was moved away, or of its logs`, async () => {
      await open(kind);
      const request = world.request(PUMP, 1);
      for (const name of ['', 'logs']) {
        const path = join(world.stateDir, name);
        renameSync(path, `${world.stateDir}.away`);
        expect((await refusalOf(request)).code).to.equal('ESTATE');
        expect(existsSync(path), path).to.equal(false);
        renameSync(`${world.stateDir}.away`, path);
      }
    });

    it(`${kind}: create files that are inaccessible to other users`, async () => {
      await open(kind);
      const launch = localLaunchBy(await host.launch(world.request(PUMP, 1)));
      const modeOf = (...names: string[]): string =>
        (statSync(join(world.stateDir, ...names)).mode & 0o777).toString(8);
      expect([modeOf('run'), modeOf('run', launch.launchId), modeOf('logs', 'pump')]).to.deep.equal([
        '700',
        '700',
        '700',
      ]);
      expect(modeOf('run', launch.launchId, 'claim')).to.equal('600');
      // A native shim makes its log with the first output, and the program of this launch has none.
      if (kind !== 'native') expect(modeOf('logs', 'pump', '1.stdout')).to.equal('600');
    });
  }

  it('of a file that is still being written are refused for now', async function () {
    if (bestShimKind() !== 'native') this.skip(); // a shell only learns of it after the launch
    await open('native');
    const executablePath = join(world.folder, 'busy');
    copyFileSync('/bin/true', executablePath);
    const writer = openSync(executablePath, 'r+');
    const failure = await refusalOf(world.request(PUMP, 1, { executablePath })).finally(() => {
      closeSync(writer);
    });
    expect(failure).to.include({ code: 'ETXTBSY', isPermanent: false });
    expect(isBlameless(failure)).to.equal(true);
    localLaunchBy(await host.launch(world.request(PUMP, 2, { executablePath })));
  });

  it('of a program without a format are refused for good', async function () {
    if (bestShimKind() !== 'native') this.skip(); // a shell would try to run it
    await open('native');
    const executablePath = join(world.folder, 'noise');
    writeFileSync(executablePath, '\0\0\0\0', { mode: 0o755 });
    expect(await refusalOf(world.request(PUMP, 1, { executablePath }))).to.include({
      code: 'ENOEXEC',
      isPermanent: true,
    });
  });

  it('with a NUL in an argument are refused before anything is stored', async () => {
    await open(kinds[0]!);
    expect(await refusalOf(world.request(PUMP, 1, { executablePath: '/bin/true', args: ['a\0b'] }))).to.include({
      code: 'EINVAL',
      isPermanent: true,
    });
    expect(world.ledger.entries).to.be.empty;
  });

  it('with too many arguments are refused permanently, and others are not affected', async () => {
    await open(kinds[0]!);
    const executablePath = world.script('exec sleep 1000');
    const args = Array.from({ length: 50 }, () => 'x'.repeat(100_000));
    const valve = parseServiceId('valve');
    const [failure, other] = await Promise.all([
      refusalOf(world.request(PUMP, 1, { executablePath, args })),
      host.launch(world.request(valve, 1, { executablePath })),
    ]);
    expect(failure).to.include({ code: 'E2BIG', isPermanent: true });
    localLaunchBy(other);
  });

  it('are refused, not lost, if the state directory is removed', async () => {
    await open(kinds[0]!);
    rmSync(join(world.stateDir, 'run'), { recursive: true });
    expect(await refusalOf(world.request(PUMP, 1))).to.include({ code: 'ESTATE', isPermanent: false });
    mkdirSync(join(world.stateDir, 'run'));
    localLaunchBy(await host.launch(world.request(PUMP, 2)));
  });

  it('use up no generation while the logs are away, which alone know the last one, and continue after it then', async () => {
    await open(kinds[0]!);
    const request = world.request(PUMP, 1);
    const logs = join(world.stateDir, 'logs');
    mkdirSync(join(logs, PUMP));
    writeFileSync(join(logs, PUMP, '55.log'), ''); // of a launch that the ledger has lost
    renameSync(logs, `${logs}.away`);
    const outcome = await host.launch(request);
    expect(outcome).to.deep.include({ type: 'refused', generation: 0 });
    expect(outcome).to.have.nested.include({ 'failure.code': 'ESTATE', 'failure.isPermanent': false });
    renameSync(`${logs}.away`, logs);
    expect(localLaunchBy(await host.launch(request)).generation).to.equal(56);
  });

  it('continue after the last generation of logs in whose place an empty folder was for a while', async () => {
    await open(kinds[0]!);
    const request = world.request(PUMP, 1);
    const logs = join(world.stateDir, 'logs');
    mkdirSync(join(logs, PUMP));
    writeFileSync(join(logs, PUMP, '55.log'), '');
    renameSync(logs, `${logs}.away`);
    mkdirSync(logs);
    world.ledger.breakDown(true); // as the host does when it sees that
    expect(await refusalOf(request)).to.include({ code: 'ESTORE' });
    world.ledger.breakDown(false);
    rmSync(logs, { recursive: true });
    renameSync(`${logs}.away`, logs);
    expect(localLaunchBy(await host.launch(request)).generation).to.equal(56);
  });

  describe('through a launcher', () => {
    before(function () {
      if (bestShimKind() !== 'native') this.skip();
    });

    it('that is killed in the middle are settled one way or the other, and the next launch gets a new launcher', async () => {
      await open('native');
      const services = Array.from({ length: 40 }, (_, index) => parseServiceId(`pump-${index}`));
      const executablePath = world.script('exec sleep 1000');
      const launching = services.map((id) => host.launch(world.request(id, 1, { executablePath })));
      const [launcher] = await eventually(() => {
        expect(launchers()).to.have.length(1);
        return launchers();
      });
      process.kill(launcher!, 'SIGKILL');
      const outcomes = await Promise.all(launching);
      const pids = outcomes.flatMap((outcome) => (outcome.type === 'launched' ? [outcome.launch.pid!] : []));
      expect(pids.filter(isRunning)).to.deep.equal(pids);
      expect(host.live().map(({ pid }) => pid)).to.have.members(pids);
      for (const outcome of outcomes) {
        if (outcome.type === 'refused') expect(outcome.failure).to.include({ code: 'ETIMEDOUT', isPermanent: false });
      }
      localLaunchBy(await host.launch(world.request(parseServiceId('next'), 1, { executablePath })));
      await Promise.all(services.map((id) => host.stop(id, STOP)));
      expect(pids.filter(isRunning)).to.be.empty;
    });

    it('outlive the launcher, which ends with its host', async () => {
      await open('native');
      const launch = localLaunchBy(await host.launch(world.request(PUMP, 1)));
      expect(launchers()).to.have.length(1);
      await world.close(host);
      await eventually(() => expect(launchers()).to.be.empty);
      expect(isRunning(launch.pid)).to.equal(true);
    });

    it('that were cancelled write nothing more once the host has closed', async () => {
      await open('native');
      await host.launch(world.request(PUMP, 1));
      const [launcher] = launchers();
      process.kill(launcher!, 'SIGSTOP'); // so that the request is revoked before its shim is created
      const unwanted = host.launch(world.request(parseServiceId('other'), 1));
      await eventually(() => expect(world.list('run')).to.have.length(2));
      await host.stop(parseServiceId('other'), STOP);
      expect((await unwanted).type).to.equal('refused');
      process.kill(launcher!, 'SIGCONT');
      await world.close(host);
      expect(launchers()).to.be.empty;
      expect(world.list('run')).to.have.length(1);
    });

    it('that does not report are settled by their files after a while, and the launcher is replaced', async () => {
      await open('native');
      const pids = join(world.folder, 'pids');
      const shims = new NativeShims(world.script(`echo $$ >>"${pids}"; exec sleep 1000`), SILENT, 200);
      const files = {
        runFolder: '/r',
        exitsFolder: '/e',
        lockFile: '/l',
        stdoutFile: '/o',
        stderrFile: '/e',
        cwd: '/',
      };
      const order = {
        ...files,
        launchId: parseLaunchId('a'.repeat(32)),
        stopSignal: 15,
        graceMs: 1,
        logFolder: '/l',
        generation: 1,
        maxLogBytes: 1024 ** 2,
        output: 'separate' as const,
        limits: NO_LIMITS,
        account: '',
        command: ['/x'],
        env: {},
      };
      for (const count of [1, 2]) {
        expect(await shims.start(order)).to.include({ type: 'none' });
        const seen = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
        expect(seen).to.have.length(count);
        await eventually(() => expect(seen.filter(isRunning)).to.be.empty);
      }
      await shims.close();
    });
  });
});
