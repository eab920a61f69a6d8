import { expect } from 'chai';
import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch, ProcessExit } from '../../../lib/model/process.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { ProcessHost } from '../../../lib/ports/process-host.ts';
import { bestShimKind } from '../../../lib/process/launch/shim-kind.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { launchedBy } from '../../support/process/launched-by.ts';

const PUMP = parseServiceId('pump');

describe('a native shim that cannot write the exit record', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;
  let host: ProcessHost;
  let launch: Launch;
  let shim: number;
  let draft: string;

  before(function () {
    if (bestShimKind() !== 'native') this.skip();
  });

  beforeEach(async () => {
    world = new LocalProcessWorld('native');
    host = await world.open();
    launch = launchedBy(await host.launch(world.request(PUMP, 1)));
    const claim = readFileSync(join(world.stateDir, 'run', launch.launchId, 'claim'), 'utf8');
    shim = (JSON.parse(claim) as { pid: number }).pid;
    draft = join(world.stateDir, 'exits', `.${launch.launchId}.${shim}`);
    mkdirSync(draft); // the shim can no more write there than on a full disk
  });

  afterEach(() => world.dispose());

  const exitOf = (of: ProcessHost): Promise<ProcessExit> =>
    new Promise((exited) => of.observe(launch.launchId, { exited }));

  it('tells its host by the pipe, and leaves once the record is written', async () => {
    const exit = exitOf(host);
    world.exit(launch, 7);
    expect(await exit).to.include({ code: 7, isKnown: true });
    expect(isAlive(shim)).to.equal(true);
    rmdirSync(draft);
    await eventually(() => expect(isAlive(shim)).to.equal(false), 5_000);
    await eventually(() => expect(world.list('run')).to.be.empty);
  });

  it('tells the next host too if the first could not write it down', async () => {
    await eventually(() => expect(world.ledger.entries.get(launch.launchId)?.state).to.equal('running'));
    world.ledger.breakDown(true);
    const exit = exitOf(host);
    world.exit(launch, 7);
    await exit;
    await world.close(host);
    world.ledger.breakDown(false);
    const next = await world.open();
    await next.survey();
    expect(await exitOf(next)).to.include({ code: 7, isKnown: true });
    await eventually(() => expect(world.ledger.entries.get(launch.launchId)?.state).to.equal('exited'));
    rmdirSync(draft);
    await eventually(() => expect(world.list('run')).to.be.empty, 5_000);
  });
});

describe('a native shim that cannot write the log', function () {
  this.timeout(30_000);
  let world: LocalProcessWorld;

  before(function () {
    if (bestShimKind() !== 'native') this.skip();
  });

  beforeEach(() => {
    world = new LocalProcessWorld('native');
  });

  afterEach(() => world.dispose());

  const isRunning = (command: string, { pid }: Launch): boolean =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() === command;

  it('is killed when its service was stopped, and the gap is reported in its place', async () => {
    const logs = join(world.stateDir, 'logs', PUMP);
    const inTheWay = [join(logs, '1.000000000000000.log'), join(logs, '1.gaps')];
    const host = await world.open();
    await host.survey();
    const go = join(world.folder, 'go');
    const executablePath = world.script(`until [ -e ${go} ]; do sleep 0.02; done; echo hello; exec sleep 100`);
    const launch = launchedBy(await host.launch(world.request(PUMP, 1, { executablePath })));
    for (const folder of inTheWay) mkdirSync(folder); // it can no more write there than on a full disk
    writeFileSync(go, '');
    await eventually(() => expect(isRunning('sleep 100', launch)).to.equal(true));
    const shim = world.shimOf(launch);
    await host.stop(PUMP, { signal: 'SIGTERM', graceMs: 100 });
    await eventually(() => expect(isAlive(shim)).to.equal(false));
    for (const folder of inTheWay) rmdirSync(folder);
    await eventually(() => expect(world.list('run')).to.be.empty, 5_000);
    const gaps = readFileSync(join(logs, '1.gaps'), 'utf8').trimEnd().split('\n');
    expect(JSON.parse(gaps.at(-1) ?? '')).to.deep.equal({ offset: 0, stdout: 'hello\n'.length, stderr: 0 });
  });
});
