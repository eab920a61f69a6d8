import { expect } from 'chai';
import { chmodSync, readdirSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { Launch, LaunchOutcome, ProcessExit } from '../../../lib/model/process.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { systemAccounts } from '../../../lib/process/os/accounts.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { writtenOutput } from '../../support/process/written-output.ts';
import { launchedBy } from '../../support/process/launched-by.ts';
import { isNativeShimBuilt, ShimDriver, vice } from '../../support/process/shim-driver.ts';

const PUMP = parseServiceId('pump');
const NOBODY = { user: 'nobody', group: null };
const IDS = 'grep -E "^(Uid|Gid|Groups):" /proc/self/status';

const isRoot = process.geteuid?.() === 0;
const isPossible = process.platform === 'linux' && isRoot;

/** The real, effective, saved and file system ids, and the groups, of a program that printed them with IDS. */
function idsIn(text: string): Readonly<Record<string, readonly string[]>> {
  const lines = [...text.matchAll(/^(Uid|Gid|Groups):\s*(.*?)\s*$/gm)];
  return Object.fromEntries(lines.map(([, name = '', numbers = '']) => [name, numbers.split(/\s+/)]));
}

function ended(host: ProcessHost, { launchId }: Launch): Promise<ProcessExit> {
  return new Promise((exited) => host.observe(launchId, { exited }));
}

describe('the account that the native shim takes', function () {
  this.timeout(20_000); // real processes on a machine that may be busy
  let driver: ShimDriver;

  before(function () {
    if (!isPossible || !isNativeShimBuilt()) this.skip();
  });
  beforeEach(() => {
    driver = new ShimDriver('native');
    for (const folder of ['', 'logs']) chmodSync(join(driver.state, folder), 0o700);
  });
  afterEach(() => driver.close());

  it('is that of the program, while records and output stay those of the host', async () => {
    const { launch, report } = await driver.launch('/bin/sh', {
      args: ['-c', IDS],
      cwd: '/',
      account: '4711:4712:4712,20,0',
    });
    expect(report).to.include({ event: 'launched' });
    expect(await launch.exited()).to.include({ code: 0 });
    expect(idsIn(launch.stdout)).to.deep.equal({
      Uid: Array<string>(4).fill('4711'),
      Gid: Array<string>(4).fill('4712'),
      Groups: ['0', '20', '4712'],
    });
    const [log = ''] = readdirSync(launch.logDir);
    for (const file of [join(driver.state, 'exits', launch.id), join(launch.logDir, log)]) {
      expect(statSync(file), file).to.include({ uid: 0, gid: 0 });
    }
  });

  it('can be without any privilege, and is that of the launcher without one', async () => {
    const script = 'grep -E "^Cap(Eff|Prm|Amb):" /proc/self/status';
    const { launch } = await driver.launch('/bin/sh', { args: ['-c', script], cwd: '/', account: '4711:4712:4712' });
    await launch.exited();
    expect(launch.stdout).to.match(/^(Cap\w+:\s0+\n){3}$/);
    const same = await driver.launch('/bin/sh', { args: ['-c', IDS] });
    await same.launch.exited();
    expect(idsIn(same.launch.stdout)['Uid']).to.deep.equal(['0', '0', '0', '0']);
  });

  it('is refused by name when the launcher may not change it', async () => {
    const powerless = new ShimDriver(
      'native',
      undefined,
      'exec setpriv --bounding-set=-setuid,-setgid --inh-caps=-setuid,-setgid "$0" "$@"',
    );
    try {
      const { report } = await powerless.launch(vice('waits'), { account: '4711:4712:4712' });
      expect(report).to.include({ event: 'refused', step: 'user', errno: constants.errno.EPERM });
    } finally {
      await powerless.close();
    }
  });

  it('decides whether the working directory can be entered', async () => {
    const { report } = await driver.launch('/bin/true', { cwd: driver.state, account: '4711:4712:4712' });
    expect(report).to.include({ event: 'refused', step: 'cwd', errno: constants.errno.EACCES });
  });
});

describe('a launch as another user', function () {
  this.timeout(20_000);
  let world: LocalProcessWorld;

  before(function () {
    if (!isPossible || !isNativeShimBuilt()) this.skip();
  });
  beforeEach(() => {
    world = new LocalProcessWorld('native');
    chmodSync(world.folder, 0o755);
    chmodSync(world.stateDir, 0o700);
  });
  afterEach(() => world.dispose());

  function output(generation = 1): string {
    return writtenOutput(join(world.stateDir, 'logs', 'pump'), generation, 'stdout');
  }

  function failureOf(outcome: LaunchOutcome): unknown {
    return outcome.type === 'refused' ? outcome.failure : outcome;
  }

  it('gets the login variables of the user, as systemd does it, unless the service sets its own', async () => {
    const host = await world.open({
      baseEnv: { HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/bin/zsh', LANG: 'C' },
    });
    const executablePath = world.script('echo "$HOME $USER $LOGNAME $SHELL $LANG"; id -un');
    const launch = launchedBy(
      await host.launch(world.request(PUMP, 1, { ...NOBODY, executablePath, env: { LANG: 'de' } })),
    );
    await ended(host, launch);
    expect(output()).to.equal('/nonexistent nobody nobody /usr/sbin/nologin de\nnobody\n');
    const env = { HOME: '/data' };
    const own = launchedBy(await host.launch(world.request(PUMP, 2, { ...NOBODY, executablePath, env })));
    await ended(host, own);
    expect(output(2)).to.match(/^\/data nobody /);
  });

  it('with a number that has no account has no login variables at all', async () => {
    const host = await world.open({ baseEnv: { HOME: '/root', USER: 'root', LOGNAME: 'root', SHELL: '/bin/zsh' } });
    const executablePath = world.script('tr "\\0" "\\n" </proc/self/environ | grep -cE "^(HOME|USER|LOGNAME|SHELL)="');
    const launch = launchedBy(
      await host.launch(world.request(PUMP, 1, { user: '4711', group: '4711', executablePath })),
    );
    await ended(host, launch);
    expect(output()).to.equal('0\n');
  });

  it('is adopted, signalled and stopped by the next host', async () => {
    const first = await world.open();
    const executablePath = world.script('trap "echo hup" HUP; echo up; while :; do sleep 0.05; done');
    const launch = launchedBy(await first.launch(world.request(PUMP, 1, { ...NOBODY, executablePath })));
    await eventually(() => {
      expect(output()).to.equal('up\n');
    });
    await world.close(first);
    const next = await world.open();
    await next.survey();
    expect(next.live()).to.have.length(1);
    expect(next.live()[0]).to.include({ pid: launch.pid, generation: 1 });
    expect(await next.signal(PUMP, 'SIGHUP')).to.equal(true);
    await eventually(() => {
      expect(output()).to.equal('up\nhup\n');
    });
    expect(await next.stop(PUMP, { signal: 'SIGTERM', graceMs: 5_000 })).to.include({
      signal: 'SIGTERM',
      isKnown: true,
    });
  });

  it('is refused before anything is stored, in words, when there is no such user', async () => {
    const host = await world.open();
    expect(
      failureOf(await host.launch(world.request(PUMP, 1, { user: 'no-such-user-here', group: null }))),
    ).to.deep.equal({
      code: 'ENOUSER',
      isPermanent: false,
      message: 'Service "pump" cannot be launched: user "no-such-user-here" does not exist on this machine.',
    });
    expect(world.ledger.entries).to.be.empty;
  });

  it('is refused in words by a host that is not root', async () => {
    const accounts = systemAccounts({ own: { uid: 4711, gid: 4711, groups: [] } });
    const host = await world.open({ accounts });
    expect(failureOf(await host.launch(world.request(PUMP, 1, NOBODY)))).to.deep.equal({
      code: 'EPERM',
      isPermanent: false,
      message:
        'Service "pump" cannot be launched: the host does not run as root, so it cannot run programs as user "nobody".',
    });
  });

  it('of a program that its user may not reach says so, and is tried again', async () => {
    const host = await world.open();
    const executablePath = world.script('exit 0');
    chmodSync(executablePath, 0o700);
    expect(failureOf(await host.launch(world.request(PUMP, 1, { ...NOBODY, executablePath, cwd: '/' })))).to.deep.equal(
      {
        code: 'EACCES',
        isPermanent: false,
        message: `The program "${executablePath}" cannot be run: user "nobody" has no permission for it, or for a folder above it (EACCES).`,
      },
    );
    chmodSync(executablePath, 0o755);
    launchedBy(await host.launch(world.request(PUMP, 2, { ...NOBODY, executablePath, cwd: '/' })));
  });

  it('is refused in words where there is only the Node shim', async () => {
    const other = new LocalProcessWorld('node');
    try {
      const host = await other.open();
      expect(failureOf(await host.launch(other.request(PUMP, 1, NOBODY)))).to.deep.equal({
        code: 'ENOTSUP',
        isPermanent: true,
        message:
          'Service "pump" cannot be launched: only the native shim, which this machine does not have, can run it as user "nobody".',
      });
    } finally {
      await other.dispose();
    }
  });
});
