import { expect } from 'chai';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeCheck } from '../../../lib/model/probe.ts';
import { processTime } from '../../../lib/probe/time.ts';
import { bestShimKind, guardOf } from '../../../lib/process/launch/shim-kind.ts';
import { systemAccounts } from '../../../lib/process/os/accounts.ts';
import { eventually } from '../../support/eventually.ts';
import { probeTarget } from '../../support/probe/probe-specs.ts';
import { ProbeWorld } from '../../support/probe/probe-world.ts';
import { isAlive } from '../../support/process/alive.ts';
import { Program } from '../../support/program.ts';

const isNative = bestShimKind() === 'native';

function sh(script: string): ProbeCheck {
  return { type: 'exec', command: ['sh', '-c', script] };
}

/** The pids that a script has written, one per line. */
function pidsIn(file: string, count: number): Promise<readonly number[]> {
  return eventually(() => {
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : [];
    const pids = lines.map(Number);
    expect(pids).to.have.length(count);
    return pids;
  });
}

function gone(pids: readonly number[]): Promise<void> {
  return eventually(() => {
    expect(pids.filter(isAlive)).to.deep.equal([]);
  });
}

/** A time in which the limit of a check ends when the test says so. */
function timeWith(limitMs: number): { readonly time: typeof processTime; readonly expire: () => void } {
  let expire = (): void => undefined;
  const setTimeout = (wake: () => void, ms: number): unknown =>
    ms === limitMs ? (expire = wake) : processTime.setTimeout(wake, ms);
  const clearTimeout = (timer: unknown): void => {
    if (timer !== expire) processTime.clearTimeout(timer);
  };
  const time = { ...processTime, setTimeout, clearTimeout };
  return {
    time,
    expire: () => {
      expire();
    },
  };
}

for (const guard of isNative ? [guardOf('native'), null] : [null]) {
  describe(`an exec probe, ${guard === null ? 'without the guard' : 'under the guard'}`, function () {
    this.timeout(20_000); // real processes on a possibly busy machine
    let world: ProbeWorld;

    function open(baseEnv: NodeJS.ProcessEnv = process.env): ProbeWorld {
      world = new ProbeWorld({ execGuard: guard, baseEnv });
      return world;
    }

    afterEach(() => world.dispose());

    it('passes on exit code 0', async () => {
      expect(await open().verdict({ type: 'exec', command: ['true'] })).to.equal('passed');
    });

    it('fails on any other code, and quotes the code and the last line of the command', async () => {
      const script = 'echo trace >&2; echo "\tno pump\tthere" >&2; echo >&2; exit 7';
      expect(await open().verdict(sh(script))).to.equal(
        `the command "sh -c ${script}" exited with code 7: no pump there`,
      );
      expect(await world.verdict({ type: 'exec', command: ['false'] })).to.equal(
        'the command "false" exited with code 1',
      );
    });

    it('fails on a death by signal', async () => {
      expect(await open().verdict(sh('kill -TERM $$'))).to.equal(
        'the command "sh -c kill -TERM $$" was killed by SIGTERM',
      );
    });

    it('fails if the command does not exist', async () => {
      expect(await open().verdict({ type: 'exec', command: ['no-such-command'] })).to.match(
        /^the command "no-such-command" (cannot be run: .*ENOENT|exited with code 127: .*No such file)/,
      );
    });

    it('fails if the working directory does not exist, and says so', async () => {
      const missing = join(open().folder, 'missing');
      expect(
        await world.verdict({ type: 'exec', command: ['true'] }, {}, probeTarget('pump', { cwd: missing })),
      ).to.equal(`the command "true" cannot be run: its working directory "${missing}" does not exist`);
    });

    it('runs the arguments as they are, without a shell', async () => {
      const command = ['test', '$HOME; exit 0', '=', '$HOME; exit 0'];
      expect(await open().verdict({ type: 'exec', command })).to.equal('passed');
    });

    it('runs in the base path unless the service has its own directory', async () => {
      const { folder } = open();
      expect(await world.verdict(sh(`test "$(pwd -P)" = "$(cd '${folder}' && pwd -P)"`))).to.equal('passed');
      expect(await world.verdict(sh('test "$PWD" = /'), {}, probeTarget('pump', { cwd: '/' }))).to.equal('passed');
    });

    it('has the variables of the host and of the service, but not the settings of the host', async () => {
      const { PATH = '' } = process.env;
      open({ ...process.env, PATH, LANG: 'de', PORT: '1', COREDINATOR_TOKEN: 'secret' });
      const target = probeTarget('pump', { env: { PORT: '7101' }, launch: { generation: 3 } });
      const expected = 'de 7101 pump 3 none';
      const script =
        'test "$LANG $PORT $COREDINATOR_SERVICE_ID $COREDINATOR_GENERATION ${COREDINATOR_TOKEN-none}" = "$0"';
      const command = ['sh', '-c', script, expected];
      expect(await world.verdict({ type: 'exec', command }, {}, target)).to.equal('passed');
    });

    it('fails if the command takes too long, and ends it with everything it started', async () => {
      const timeoutMs = 600_000;
      const { time, expire } = timeWith(timeoutMs);
      world = new ProbeWorld({ execGuard: guard, time });
      const file = join(world.folder, 'pids');
      const check = sh(`sleep 1000 & echo $! >>'${file}'; echo $$ >>'${file}'; wait`);
      const { verdicts } = world.watch(check, { timeoutMs, periodMs: 600_000 });
      const pids = await pidsIn(file, 2);
      expire();
      expect((await verdicts(1))[0]).to.match(/ did not finish within 600000 ms$/);
      await gone(pids);
    });

    it('leaves no background processes of a command behind', async () => {
      const file = join(open().folder, 'pids');
      const script = `sleep 1000 & echo $! >>'${file}'`;
      expect(await world.verdict(sh(script), { periodMs: 600_000 })).to.equal('passed');
      await gone(await pidsIn(file, 1));
    });

    it('ends a running command with the watch', async () => {
      const file = join(open().folder, 'pids');
      const { recorded, end } = world.watch(sh(`echo $$ >>'${file}'; exec sleep 1000`), { timeoutMs: 600_000 });
      const pids = await pidsIn(file, 1);
      end();
      await gone(pids);
      expect(recorded.verdicts).to.be.empty;
    });

    it('quotes only a short part of long output', async () => {
      const reason = await open().verdict(sh('yes "no pump there" | head -c 20000000 >&2; exit 1'));
      expect(reason)
        .to.match(/exited with code 1: no pum/)
        .and.to.have.lengthOf.below(600);
      const long = await world.verdict(sh(`head -c 300000 /dev/zero | tr '\\0' x >&2; exit 1`));
      expect(long)
        .to.match(/: x+…$/)
        .and.to.have.lengthOf.below(600);
    });

    it('lets slow commands delay only other commands', async () => {
      open();
      for (let index = 0; index < 20; index += 1) world.watch(sh('exec sleep 1000'), { timeoutMs: 600_000 });
      const port = await world.tcp((socket) => socket.destroy());
      expect(await world.verdict({ type: 'tcp', host: '127.0.0.1', port })).to.equal('passed');
    });
  });
}

describe('an exec probe of a service that runs as another user', function () {
  this.timeout(20_000);
  let world: ProbeWorld;

  before(function () {
    if (!isNative || process.geteuid?.() !== 0) this.skip();
  });
  afterEach(() => world.dispose());

  const script = 'echo "$(id -un) $HOME $OWN" >&2; exit 1';
  const target = probeTarget('pump', { user: 'nobody', env: { OWN: 'o' } });

  it('runs as that user, with the variables of its login', async () => {
    world = new ProbeWorld({
      execGuard: guardOf('native'),
      accounts: systemAccounts(),
      baseEnv: { ...process.env, HOME: '/root' },
    });
    expect(await world.verdict(sh(script), {}, target)).to.match(/exited with code 1: nobody \/nonexistent /);
  });

  it('is refused in words, and is not run as root instead, where that is not possible', async () => {
    world = new ProbeWorld({ execGuard: null, accounts: systemAccounts() });
    expect(await world.verdict(sh('exit 0'), {}, target)).to.equal(
      'the command "sh -c exit 0" cannot be run: without the native shim nothing runs as user "nobody"',
    );
    const unknown = probeTarget('pump', { user: 'no-such-user-here' });
    expect(await world.verdict(sh('exit 0'), {}, unknown)).to.equal(
      'the command "sh -c exit 0" cannot be run: user "no-such-user-here" does not exist on this machine',
    );
  });

  it('that takes too long is ended all the same', async () => {
    const timeoutMs = 600_000;
    const { time, expire } = timeWith(timeoutMs);
    world = new ProbeWorld({ execGuard: guardOf('native'), accounts: systemAccounts(), time });
    const file = join(world.folder, 'pids');
    writeFileSync(file, '', { mode: 0o666 });
    chmodSync(world.folder, 0o755);
    chmodSync(file, 0o666);
    const check = sh(`echo $$ >>'${file}'; exec sleep 1000`);
    const { verdicts } = world.watch(check, { timeoutMs, periodMs: 600_000 }, target);
    const pids = await pidsIn(file, 1);
    expire();
    expect((await verdicts(1))[0]).to.match(/did not finish within 600000 ms/);
    await gone(pids);
  });
});

describe('a command under the guard', function () {
  this.timeout(20_000); // a real host on a possibly busy machine

  before(function () {
    if (!isNative) this.skip();
  });

  it('does not outlive a killed host, nor does what it started in another session', async () => {
    const world = new ProbeWorld();
    const file = join(world.folder, 'pids');
    const script = `setsid sleep 1000 & echo $! >>'${file}'; echo $$ >>'${file}'; wait`;
    const host = new Program(new URL('../../support/probe/probing-host.ts', import.meta.url), ['sh', '-c', script]);
    try {
      await host.next(); // it is up: from now on the wait is for the command, not for the start of a program
      const pids = await pidsIn(file, 2);
      expect(pids.filter(isAlive)).to.deep.equal(pids);
      await host.kill();
      await gone(pids);
    } finally {
      await host.kill();
      await world.dispose();
    }
  });
});
