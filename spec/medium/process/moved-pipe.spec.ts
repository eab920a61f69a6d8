import { expect } from 'chai';
import { readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { LocalHost } from '../../../lib/process/local-process-host.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { bestShimKind, shimsOf } from '../../../lib/process/launch/shim-kind.ts';
import type { Report, ShimRequest } from '../../../lib/process/launch/shims.ts';
import type { Launch, ProcessExit } from '../../../lib/model/process.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { launchedBy } from '../../support/process/launched-by.ts';

const PUMP = parseServiceId('pump');
const UNREADABLE = 'cannot inspect a process; retrying';
const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

describe('a launch whose pipe is not where it was made', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;
  let launch: Launch;
  let pipe: string;

  before(function () {
    if (bestShimKind() !== 'native') this.skip(); // other shims have no pipe
  });

  beforeEach(async () => {
    world = new LocalProcessWorld('native');
    const first = await world.open();
    launch = launchedBy(await first.launch(world.request(PUMP, 1)));
    await world.close(first);
    pipe = join(world.stateDir, 'run', launch.launchId, 'alive');
  });

  afterEach(() => world.dispose());

  /** Whether this process has the pipe open. */
  function isWatched(): boolean {
    return readdirSync('/proc/self/fd').some((fd) => {
      try {
        return readlinkSync(`/proc/self/fd/${fd}`) === pipe;
      } catch {
        return false; // closed since it was listed
      }
    });
  }

  function exitsOf(host: LocalHost): readonly ProcessExit[] {
    const exits: ProcessExit[] = [];
    host.observe(launch.launchId, { exited: (exit) => exits.push(exit) });
    return exits;
  }

  it('keeps its guarantees, and is watched by its pipe again once that is back', async () => {
    renameSync(pipe, `${pipe}.away`);
    const host = await world.open();
    await host.survey();
    const exits = exitsOf(host);
    expect(host.live()).to.have.length(1);
    expect(host.live()[0]).to.deep.include({ pid: launch.pid, guarantees: launch.guarantees });
    expect(isWatched()).to.equal(false);
    renameSync(`${pipe}.away`, pipe);
    await eventually(() => expect(isWatched()).to.equal(true), 5_000);
    expect(host.live()).to.have.length(1);
    expect(host.live()[0]).to.deep.include({ pid: launch.pid, guarantees: launch.guarantees });
    world.exit(launch, 7);
    await eventually(() => expect(exits).to.have.length(1));
    expect(exits[0]).to.include({ code: 7, isKnown: true });
  });

  it('has the shim that reported it, although the state directory was moved away at that moment', async () => {
    const shims = shimsOf('native', SILENT);
    const start = async (request: ShimRequest): Promise<Report> => {
      const report = await shims.start(request);
      renameSync(world.stateDir, `${world.stateDir}.away`);
      return report;
    };
    const moving = { kind: shims.kind, concurrency: shims.concurrency, start, close: () => shims.close() };
    const host = await world.open({ shims: moving });
    const made = launchedBy(await host.launch(world.request(parseServiceId('moved'), 1)));
    renameSync(`${world.stateDir}.away`, world.stateDir);
    expect(made.guarantees).to.deep.equal(launch.guarantees);
    expect(host.live()).to.have.length(1);
    expect(host.live()[0]).to.deep.include({ pid: made.pid, guarantees: launch.guarantees });
    const exits: ProcessExit[] = [];
    host.observe(made.launchId, { exited: (exit) => exits.push(exit) });
    world.exit(made, 7);
    await eventually(() => expect(exits).to.have.length(1), 5_000);
    expect(exits[0]).to.include({ code: 7, isKnown: true });
  });

  it('is cleared if it ended while the state directory was away', async () => {
    const host = await world.open();
    await host.survey();
    const exits = exitsOf(host);
    renameSync(world.stateDir, `${world.stateDir}.away`);
    world.exit(launch, 7);
    await eventually(() => expect(world.worries.map(({ message }) => message)).to.include(UNREADABLE));
    renameSync(`${world.stateDir}.away`, world.stateDir);
    await eventually(() => expect(exits).to.have.length(1));
    expect(exits[0]).to.include({ code: 7, isKnown: true });
    await eventually(() => expect(world.list('run')).to.deep.equal([]));
  });

  it('is known to have ended, and that its shim has died, without the pipe', async () => {
    rmSync(pipe);
    const host = await world.open();
    await host.survey();
    const exits = exitsOf(host);
    process.kill(world.shimOf(launch), 'SIGKILL');
    await eventually(() => {
      expect(host.live()[0]?.guarantees.exactExit).to.equal(false);
    });
    world.exit(launch, 7);
    await eventually(() => expect(exits).to.have.length(1));
    expect(exits[0]).to.include({ isKnown: false });
  });
});
