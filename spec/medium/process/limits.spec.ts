import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { launchedBy } from '../../support/process/launched-by.ts';
import { isNativeShimBuilt, ShimDriver, vice } from '../../support/process/shim-driver.ts';

const { errno } = constants;
const PUMP = parseServiceId('pump');
const KIB = 1024;

type Pair = readonly [soft: string, hard: string];

/** The soft and the hard limit in a file like /proc/PID/limits. */
function limitIn(text: string, name: string): Pair {
  const [, soft = '', hard = ''] = new RegExp(`^Max ${name} +(\\S+) +(\\S+)`, 'm').exec(text) ?? [];
  return [soft, hard];
}

function all(text: string): Readonly<Record<string, Pair>> {
  const names = ['open files', 'processes', 'core file size', 'address space'];
  return Object.fromEntries(names.map((name) => [name, limitIn(text, name)]));
}

/** Whether this process may raise a hard limit (CAP_SYS_RESOURCE), so that no limit is too high for its children. */
function mayRaise(): boolean {
  const [, set = '0'] = /^CapEff:\s+([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return (BigInt(`0x${set}`) & (1n << 24n)) !== 0n;
}

const own = process.platform === 'linux' ? readFileSync('/proc/self/limits', 'utf8') : '';
const hardOpenFiles = Number(limitIn(own, 'open files')[1]);
const [, hardProcesses] = limitIn(own, 'processes');
const processes = hardProcesses === 'unlimited' ? '90000' : hardProcesses;
const LOWER_HARD_LIMITS = `ulimit -n 64; ulimit -u ${processes} 2>/dev/null || ulimit -p ${processes}; ulimit -c 0; ulimit -v 9000000`;

describe('the limits that the native shim sets', function () {
  this.timeout(20_000); // real processes on a machine that may be busy
  let driver: ShimDriver;

  before(function () {
    if (process.platform !== 'linux' || !isNativeShimBuilt()) this.skip();
  });
  beforeEach(() => {
    driver = new ShimDriver('native');
  });
  afterEach(() => driver.close());

  async function limitsGiven(...limits: readonly [string, string, string, string]): Promise<string> {
    const { launch, report } = await driver.launch('/bin/cat', { args: ['/proc/self/limits'], limits });
    expect(report).to.include({ event: 'launched' });
    expect(await launch.exited()).to.include({ code: 0 });
    expect(launch.stderr).to.equal('');
    return launch.stdout;
  }

  it('are those of the launch, soft and hard', async () => {
    const [files, processes, core, memory] = ['64', '200', String(64 * KIB), String(512 * KIB * KIB)] as const;
    expect(all(await limitsGiven(files, processes, core, memory))).to.deep.equal({
      'open files': [files, files],
      processes: [processes, processes],
      'core file size': [core, core],
      'address space': [memory, memory],
    });
  });

  it('can be as low as allowed', async () => {
    const text = await limitsGiven('4', '0', '0', String(256 * KIB * KIB));
    expect(all(text)).to.deep.include({
      'open files': ['4', '4'],
      processes: ['0', '0'],
      'core file size': ['0', '0'],
    });
  });

  it('are never higher than requested if a system counts in larger units', async () => {
    const [core, memory] = [KIB + 1, 512 * KIB * KIB + 1];
    const text = await limitsGiven('', '', String(core), String(memory));
    expect(Number(limitIn(text, 'core file size')[0])).to.be.within(core - 512, core);
    expect(Number(limitIn(text, 'address space')[0])).to.be.within(memory - KIB, memory);
  });

  it('are lifted by "unlimited" if the hard limit allows it', async function () {
    if (limitIn(own, 'core file size')[1] !== 'unlimited' && !mayRaise()) this.skip();
    expect(limitIn(await limitsGiven('', '', 'unlimited', ''), 'core file size')).to.deep.equal([
      'unlimited',
      'unlimited',
    ]);
  });

  it('are those of the host if not set, except for the open files', async () => {
    const seen = all(await limitsGiven('', '', '', ''));
    const soft = String(Math.min(1024, hardOpenFiles));
    const hard = String(hardOpenFiles);
    expect(seen).to.deep.equal({ ...all(own), 'open files': [soft, hard] });
  });

  it('are refused by name if one is higher than any process may have', async () => {
    const { launch, report } = await driver.launch(vice('waits'), { limits: ['unlimited', '', '', ''] });
    const refusal = { event: 'refused', step: 'limits', limit: 'open_files', errno: errno.EPERM };
    expect(report).to.deep.equal({ launch: launch.id, ...refusal });
    const exit = { code: 127, exec_errno: errno.EPERM, step: 'limits', limit: 'open_files' };
    expect(await launch.exited()).to.include(exit);
    await launch.shimGone();
  });

  for (const [at, limit] of ['open_files', 'processes', 'core_size', 'address_space'].entries()) {
    it(`are refused by name if the hard limit is lower: ${limit}`, async function () {
      if (mayRaise()) this.skip();
      const lowered = new ShimDriver('native', undefined, LOWER_HARD_LIMITS);
      try {
        const limits = ['', '', '', ''].map((_, index) => (index === at ? 'unlimited' : '')) as [
          string,
          string,
          string,
          string,
        ];
        const { report } = await lowered.launch(vice('waits'), { limits });
        expect(report).to.include({ event: 'refused', step: 'limits', limit, errno: errno.EPERM });
      } finally {
        await lowered.close();
      }
    });
  }
});

describe('a launch with limits', function () {
  this.timeout(20_000);
  let world: LocalProcessWorld;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  afterEach(() => world.dispose());

  it('that the host may not set is refused with a message that names the limit and its value', async function () {
    if (!isNativeShimBuilt()) this.skip();
    world = new LocalProcessWorld('native');
    const host = await world.open();
    const limits = { ...NO_LIMITS, openFiles: 'unlimited', coreSize: 0 } as const;
    expect(await host.launch(world.request(PUMP, 1, { limits }))).to.deep.equal({
      type: 'refused',
      generation: 1,
      failure: {
        code: 'EPERM',
        isPermanent: false,
        message: 'The limit "open_files: unlimited" cannot be set: it is above the hard limit of the host (EPERM).',
      },
    });
    launchedBy(await host.launch(world.request(PUMP, 2, { limits: { ...limits, openFiles: 64 } })));
  });

  it('is refused before anything is stored if only a Node shim is available', async () => {
    world = new LocalProcessWorld('node');
    const host = await world.open();
    const outcome = await host.launch(world.request(PUMP, 1, { limits: { ...NO_LIMITS, coreSize: 0 } }));
    expect(outcome).to.have.nested.property('failure.code', 'ENOTSUP');
    expect(world.ledger.entries).to.be.empty;
    launchedBy(await host.launch(world.request(PUMP, 2)));
  });
});
