import { expect } from 'chai';
import { NO_PROCESS, type Identity } from '../../../lib/process/os/process-identity.ts';
import { ProcessSnapshot, type TableEntry } from '../../../lib/process/os/process-table.ts';
import { Ending, type EndingSystem, type EndingTree } from '../../../lib/process/tree/terminate.ts';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const LAUNCH = 'd'.repeat(32);
const MAIN: Identity = { pid: 7_001, start: '10' };
const CHILD: Identity = { pid: 7_002, start: '11' };
const STOP = { signal: 'SIGTERM', graceMs: 60_000 } as const;

/** A machine on which processes end at the first stop signal or kill. */
class FakeSystem implements EndingSystem {
  readonly platform: NodeJS.Platform;
  readonly killedTrees: number[] = [];
  readonly signals: string[] = [];
  readonly #alive: Identity[];

  constructor(platform: NodeJS.Platform, alive: readonly Identity[]) {
    this.platform = platform;
    this.#alive = [...alive];
  }

  livingAmong(identities: readonly Identity[]): ReadonlySet<number> {
    const isAlive = ({ pid, start }: Identity): boolean =>
      this.#alive.some((one) => one.pid === pid && one.start === start);
    return new Set(identities.filter(isAlive).map(({ pid }) => pid));
  }

  signal(pid: number, signal: number): void {
    this.signals.push(`${signal} to ${pid}`);
    this.#remove(({ pid: other }) => other === pid);
  }

  killTree(pid: number): Promise<void> {
    this.killedTrees.push(pid);
    this.#remove(() => true);
    return Promise.resolve();
  }

  #remove(isEnded: (process: Identity) => boolean): void {
    this.#alive.splice(0, Infinity, ...this.#alive.filter((process) => !isEnded(process)));
  }

  /** The main process and its child, if they are alive. */
  read(): Promise<ProcessSnapshot> {
    const entries = this.#alive.map(({ pid, start }): TableEntry => {
      const parent = pid === MAIN.pid ? 1 : MAIN.pid;
      return { pid, parent, group: pid, session: pid, start, isDead: false, tag: LAUNCH };
    });
    return Promise.resolve(new ProcessSnapshot(entries));
  }
}

/** A tree whose shim is gone; it is gone itself once that is certain. */
class FakeTree implements EndingTree {
  readonly launchId = LAUNCH;
  readonly main = MAIN;
  readonly shim = NO_PROCESS;
  readonly isShimShell = false;
  readonly gone: Promise<void>;
  isGone = false;
  #members: readonly Identity[] = [];
  #settleGone: () => void = () => undefined;

  constructor() {
    this.gone = new Promise((resolve) => (this.#settleGone = resolve));
  }

  command(): boolean {
    return false;
  }

  membersIn(snapshot: ProcessSnapshot): readonly Identity[] {
    this.#members = snapshot.membersOf(this, this.#members);
    return this.#members;
  }

  check(): void {
    // There is nothing to check.
  }

  readOutput(): void {
    // There is none.
  }

  proveEmpty(): void {
    this.isGone = true;
    this.#settleGone();
  }
}

async function endedOn(system: FakeSystem, table: Pick<FakeSystem, 'read'> = system): Promise<FakeSystem> {
  const tree = new FakeTree();
  new Ending(tree, table, SILENT, system).ask(STOP);
  await tree.gone;
  return system;
}

describe('a tree without a responding shim', () => {
  it('is killed as a whole on Windows, which has no signals', async () => {
    const { killedTrees, signals } = await endedOn(new FakeSystem('win32', [MAIN, CHILD]));
    expect(killedTrees).to.deep.equal([MAIN.pid]);
    expect(signals).to.deep.equal([]);
  });

  it('is left alone on Windows if its main process has ended, because its pid may have been reused', async () => {
    const { killedTrees } = await endedOn(new FakeSystem('win32', [{ ...MAIN, start: '99' }]));
    expect(killedTrees).to.deep.equal([]);
  });

  for (const platform of ['linux', 'darwin', 'freebsd'] as const) {
    it(`is signalled process by process on ${platform}, and never killed as a whole`, async () => {
      const { killedTrees, signals } = await endedOn(new FakeSystem(platform, [MAIN, CHILD]));
      expect(killedTrees).to.deep.equal([]);
      expect([...signals].sort()).to.deep.equal([`15 to ${MAIN.pid}`, `15 to ${CHILD.pid}`]);
    });
  }

  it('keeps the members that were seen while its main process lived, until they are gone too', async () => {
    const isStubborn = ({ pid }: Identity, signal: number): boolean => pid === CHILD.pid && signal !== 9;
    const alive = [MAIN, CHILD];
    const signals: string[] = [];
    const system: EndingSystem = {
      platform: 'linux',
      livingAmong: (identities) =>
        new Set(identities.map(({ pid }) => pid).filter((pid) => alive.some((one) => one.pid === pid))),
      signal: (pid, signal) => {
        signals.push(`${signal} to ${pid}`);
        const at = alive.findIndex((one) => one.pid === pid && !isStubborn(one, signal));
        if (at >= 0) alive.splice(at, 1);
      },
      killTree: () => Promise.resolve(),
    };
    // The child carries no mark and has lost its parent: only its session says whose it is.
    const read = (): Promise<ProcessSnapshot> => {
      const entries = alive.map(({ pid, start }) => ({
        pid,
        parent: 1,
        group: pid,
        session: MAIN.pid,
        start,
        isDead: false,
        tag: null,
      }));
      return Promise.resolve(new ProcessSnapshot(entries));
    };
    const tree = new FakeTree();
    new Ending(tree, { read }, SILENT, system).ask({ signal: 'SIGTERM', graceMs: 20 });
    await tree.gone;
    expect(signals).to.include(`9 to ${CHILD.pid}`);
    expect(alive).to.be.empty;
  });

  it('is not signalled on Linux at a pid that was reused since it was listed', async () => {
    const before = new FakeSystem('linux', [MAIN, CHILD]);
    const now = new FakeSystem('linux', [MAIN, { ...CHILD, start: '99' }]);
    let readings = 0;
    const read = (): Promise<ProcessSnapshot> => {
      readings += 1;
      return readings === 1 ? before.read() : Promise.resolve(new ProcessSnapshot([]));
    };
    const { signals, killedTrees } = await endedOn(now, { read });
    expect(signals).to.deep.equal([`15 to ${MAIN.pid}`]);
    expect(killedTrees).to.deep.equal([]);
  });
});
