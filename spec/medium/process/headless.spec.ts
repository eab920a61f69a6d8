import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessExit } from '../../../lib/model/process.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import type { LocalHost } from '../../../lib/process/local-process-host.ts';
import { isLiving, procStat } from '../../../lib/process/os/process-identity.ts';
import { tagOf } from '../../../lib/process/os/process-table.ts';
import { eventually } from '../../support/eventually.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { localLaunchBy, type LocalLaunch } from '../../support/process/local-launch.ts';

const SOURCE = fileURLToPath(new URL('../../support/process/headless.c', import.meta.url));
const PUMP = parseServiceId('pump');

describe('a process whose main thread has ended, and whose other threads go on', function () {
  this.timeout(20_000);
  let world: LocalProcessWorld;
  let host: LocalHost;
  let launch: LocalLaunch;
  let exitFile: string;

  before(function () {
    if (bestShimKind() !== 'native') this.skip(); // without a compiler there is no such program
  });

  beforeEach(async () => {
    world = new LocalProcessWorld('native');
    host = await world.open();
    const executablePath = join(world.folder, 'headless');
    exitFile = join(world.folder, 'exit');
    execFileSync(process.env['CC'] ?? 'cc', ['-o', executablePath, SOURCE, '-lpthread']);
    launch = localLaunchBy(await host.launch(world.request(PUMP, 1, { executablePath, args: [exitFile, '7'] })));
    await eventually(() => expect(stateOf(launch.pid)).to.equal('Z'));
  });

  afterEach(() => world.dispose());

  function stateOf(pid: number): string | undefined {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat[stat.lastIndexOf(')') + 2];
  }

  it('lives, and is known by its mark', () => {
    expect(procStat(launch.pid)).to.include({ isDead: false });
    expect(isLiving({ pid: launch.pid, start: launch.startTime })).to.equal(true);
    expect(tagOf(launch.pid)).to.equal(launch.launchId);
  });

  it('goes on being supervised when its shim is killed, and nothing is launched beside it', async () => {
    const exits: ProcessExit[] = [];
    host.observe(launch.launchId, { exited: (exit) => void exits.push(exit) });
    process.kill(world.shimOf(launch), 'SIGKILL');
    await eventually(() => expect(host.live()[0]?.guarantees.exactExit).to.equal(false));
    const second = await host.launch(world.request(PUMP, 2));
    expect(second.type === 'refused' && second.failure.code).to.equal('EALIVE');
    expect(exits).to.be.empty;
    writeFileSync(exitFile, '');
    await eventually(() => expect(exits).to.have.length(1));
  });

  it('is adopted by the next host, which knows how it ends', async () => {
    await eventually(() => expect(world.ledger.entries.get(launch.launchId)?.state).to.equal('running'));
    await world.close(host);
    const next = await world.open();
    expect((await next.survey()).get(PUMP)).to.include({ status: 'alive', generation: 1 });
    const exit = new Promise<ProcessExit>((exited) => next.observe(launch.launchId, { exited }));
    writeFileSync(exitFile, '');
    expect(await exit).to.include({ code: 7, isKnown: true });
  });

  it('counts among the processes of its service, with its memory', async () => {
    const usage = (await host.usage.read())?.services.get(PUMP);
    expect(usage).to.include({ processes: 1 });
    expect(usage!.residentBytes).to.be.greaterThan(0);
  });
});
