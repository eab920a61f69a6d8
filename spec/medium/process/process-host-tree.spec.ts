import { expect } from 'chai';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { ProcessExit, LocalShimKind } from '../../../lib/model/process.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { procStat } from '../../../lib/process/os/process-identity.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy } from '../../support/process/local-launch.ts';

const PUMP = parseServiceId('pump');
const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;

function isRunning(pid: number): boolean {
  const stat = procStat(pid);
  return stat !== null && !stat.isDead;
}

/** The pid that a program wrote to a file. */
function pidIn(file: string): Promise<number> {
  return eventually(() => {
    const pid = Number(readFileSync(file, 'utf8'));
    expect(pid).to.be.greaterThan(0);
    return pid;
  });
}

describe('the trees of a local process host', function () {
  this.timeout(20_000);
  const kinds: LocalShimKind[] = bestShimKind() === 'native' ? ['native', 'node', 'sh'] : ['node', 'sh'];
  let world: LocalProcessWorld;
  let host: ProcessHost;

  before(function () {
    if (process.platform !== 'linux') this.skip(); // it reads /proc
  });

  afterEach(() => world.dispose());

  async function open(kind: LocalShimKind): Promise<void> {
    world = new LocalProcessWorld(kind);
    host = await world.open();
  }

  /** A path in the folder of this test. */
  function at(name: string): string {
    return join(world.folder, name);
  }

  for (const kind of kinds) {
    it(`${kind}: a stop ends a grandchild in its own session and a daemon that forked twice`, async () => {
      await open(kind);
      const body = [
        `setsid sh -c 'echo $$ >"${at('session')}.tmp"; mv "${at('session')}.tmp" "${at('session')}"; exec sleep 1000' &`,
        `(sh -c 'trap "" TERM; echo $$ >"${at('daemon')}.tmp"; mv "${at('daemon')}.tmp" "${at('daemon')}"; sleep 1000; sleep 1000' &) &`,
        'exec sleep 1000',
      ];
      const executablePath = world.script(body.join('\n'));
      const launch = localLaunchBy(await host.launch(world.request(PUMP, 1, { executablePath })));
      const pids = [launch.pid, await pidIn(at('session')), await pidIn(at('daemon'))];
      expect(pids.filter(isRunning)).to.deep.equal(pids);
      await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 200 });
      expect(pids.filter(isRunning)).to.be.empty;
    });

    it(`${kind}: what outlives its main process is ended before the next launch`, async () => {
      await open(kind);
      const leftover = `sh -c 'trap "" TERM; echo $$ >"${at('left')}.tmp"; mv "${at('left')}.tmp" "${at('left')}"; while :; do sleep 1; done' &`;
      const executablePath = world.script(`${leftover}\nwhile [ ! -e "${at('left')}" ]; do sleep 0.01; done; exit 3`);
      const request = world.request(PUMP, 1, { executablePath, stop: { signal: 'SIGTERM', graceMs: 100 } });
      const first = localLaunchBy(await host.launch(request));
      const exit = await new Promise<ProcessExit>((exited) => host.observe(first.launchId, { exited }));
      expect(exit.code).to.equal(3);
      const pid = await pidIn(at('left'));
      localLaunchBy(await host.launch(world.request(PUMP, 2)));
      expect(isRunning(pid)).to.equal(false);
      await eventually(() => {
        expect(world.list('run')).to.have.length(1); // the files of the first are gone with it
      });
    });

    it(`${kind}: a signal reaches the group of the main process`, async () => {
      await open(kind);
      const body = `trap 'echo > "${at('hup')}"' HUP; echo > "${at('ready')}"; while :; do sleep 0.02; done`;
      await host.launch(world.request(PUMP, 1, { executablePath: world.script(body) }));
      await eventually(() => expect(existsSync(at('ready'))).to.equal(true));
      expect(await host.signal(PUMP, 'SIGHUP')).to.equal(true);
      await eventually(() => expect(existsSync(at('hup'))).to.equal(true));
      expect(host.live()).to.have.length(1);
    });

    it(`${kind}: a program that ignores the stop signal is killed after the grace`, async () => {
      await open(kind);
      const body = `trap '' TERM; echo > "${at('ready')}"; while :; do sleep 0.02; done`;
      await host.launch(world.request(PUMP, 1, { executablePath: world.script(body) }));
      await eventually(() => expect(existsSync(at('ready'))).to.equal(true));
      expect(await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 100 })).to.include({ signal: 'SIGKILL' });
    });

    it(`${kind}: a second stop shortens the grace of the first`, async () => {
      await open(kind);
      const body = `trap '' TERM; echo > "${at('ready')}"; while :; do sleep 0.02; done`;
      await host.launch(world.request(PUMP, 1, { executablePath: world.script(body) }));
      await eventually(() => expect(existsSync(at('ready'))).to.equal(true));
      const patient = host.stop(PUMP, { signal: 'SIGTERM', graceMs: 600_000 });
      expect(await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 50 })).to.include({ signal: 'SIGKILL' });
      expect(await patient).to.include({ signal: 'SIGKILL' });
    });

    it(`${kind}: launches that are stopped at once leave nothing behind`, async () => {
      await open(kind);
      const executablePath = world.script('exec sleep 1000');
      for (let generation = 1; generation <= 15; generation += 1) {
        const launching = host.launch(world.request(PUMP, generation, { executablePath }));
        // A little later each time: before the intent, before the claim, after the fork, after the report.
        await new Promise((resolve) => setTimeout(resolve, generation - 1));
        await host.stop(PUMP, STOP);
        const outcome = await launching;
        if (outcome.type === 'launched') expect(isRunning(outcome.launch.pid!)).to.equal(false);
        expect(host.live()).to.be.empty;
      }
      await eventually(() => {
        const states = [...world.ledger.entries.values()].map(({ state }) => state);
        expect(states.filter((state) => state !== 'exited' && state !== 'revoked')).to.be.empty;
      });
    });
  }

  it('many services end at once', async function () {
    await open(kinds[0]!);
    const count = 200;
    const services = Array.from({ length: count }, (_, index) => parseServiceId(`pump-${index}`));
    const executablePath = world.script('exec sleep 1000');
    const launchedAt = performance.now();
    const outcomes = await Promise.all(services.map((id) => host.launch(world.request(id, 1, { executablePath }))));
    const stoppedAt = performance.now();
    const exits = await Promise.all(services.map((id) => host.stop(id, STOP)));
    const endedAt = performance.now();
    expect(exits.filter((exit) => exit?.signal === 'SIGTERM')).to.have.length(count);
    expect(outcomes.map((outcome) => localLaunchBy(outcome).pid).filter(isRunning)).to.be.empty;
    await eventually(() => expect([...world.list('run'), ...world.list('exits')]).to.be.empty);
    this.test!.title += ` (${count}: up in ${Math.round(stoppedAt - launchedAt)} ms, gone in ${Math.round(endedAt - stoppedAt)} ms)`;
  });

  it('an exit is reported soon', async function () {
    await open(kinds[0]!);
    const lags: number[] = [];
    for (let generation = 1; generation <= 20; generation += 1) {
      const launch = localLaunchBy(await host.launch(world.request(PUMP, generation)));
      const toldAt = new Promise<number>((resolve) => {
        host.observe(launch.launchId, {
          exited: () => {
            resolve(performance.now());
          },
        });
      });
      const killedAt = performance.now();
      process.kill(launch.pid, 'SIGKILL');
      lags.push((await toldAt) - killedAt);
    }
    lags.sort((a, b) => a - b);
    expect(lags).to.have.length(20);
    this.test!.title += ` (after ${lags[10]!.toFixed(1)} ms in the middle, ${lags[19]!.toFixed(1)} ms at worst)`;
  });

  it('a stopped shim does not block a stop forever', async function () {
    if (bestShimKind() !== 'native') this.skip();
    await open('native');
    const launch = localLaunchBy(await host.launch(world.request(PUMP, 1)));
    const claim = JSON.parse(readFileSync(join(world.stateDir, 'run', launch.launchId, 'claim'), 'utf8')) as {
      pid: number;
    };
    process.kill(claim.pid, 'SIGSTOP');
    expect(await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 100 })).not.to.equal(null);
    expect([launch.pid, claim.pid].filter(isRunning)).to.be.empty;
  });
});
