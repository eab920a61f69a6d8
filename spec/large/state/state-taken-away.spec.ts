import { expect } from 'chai';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { HealthView } from '../../../lib/api/schemas/host.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { temporaryFolder } from '../../support/temporary.ts';

/** Contract 8: degraded within 5 s. */
const NOTICED_MS = 5_000;

interface Fault {
  readonly what: string;
  readonly says: RegExp;
  readonly harm: (stateDir: string) => void;
  /** Undoes it; null: only a restart of the host does. */
  readonly mend: ((stateDir: string) => void) | null;
}

const away = (path: string): void => {
  renameSync(path, `${path}.away`);
};
const back = (path: string): void => {
  renameSync(`${path}.away`, path);
};
const inside = (name: string, act: (path: string) => void) => (stateDir: string) => {
  act(join(stateDir, name));
};
const remove = (path: string): void => {
  rmSync(path, { recursive: true });
};

const FAULTS: readonly Fault[] = [
  { what: 'the state directory is renamed', says: /state directory ".*" was removed, renamed/, harm: away, mend: back },
  {
    what: 'another folder stands in the place of the state directory',
    says: /state directory ".*" was replaced by another one/,
    harm: (path) => {
      away(path);
      mkdirSync(path);
    },
    mend: (path) => {
      remove(path);
      back(path);
    },
  },
  {
    what: 'the database is renamed',
    says: /database ".*" was removed, renamed/,
    harm: inside('coredinator.db', away),
    mend: inside('coredinator.db', back),
  },
  {
    what: 'the write-ahead log is removed',
    says: /write-ahead log ".*" was removed/,
    harm: inside('coredinator.db-wal', remove),
    mend: null,
  },
  {
    what: 'the lock is removed',
    says: /lock ".*" was removed/,
    harm: inside('host.lock.db', remove),
    mend: null,
  },
  ...['run', 'exits', 'locks', 'logs'].map((name): Fault => ({
    what: `the folder ${name} is removed`,
    says: new RegExp(`folder ".*/${name}" was removed`),
    harm: inside(name, remove),
    mend: null,
  })),
  {
    what: 'a folder is removed and made again at once',
    says: /folder ".*\/exits" was replaced by another one/,
    harm: inside('exits', (path) => {
      remove(path);
      mkdirSync(path);
    }),
    mend: null,
  },
];

describe('a host whose state is taken away', function () {
  this.timeout(60_000);
  let basePath: string;
  let stateDir: string;
  let host: BuiltHost;

  beforeEach(async () => {
    basePath = temporaryFolder();
    stateDir = join(temporaryFolder(), 'state');
    for (const name of ['coreio-1.0.0', 'corerl-1.0.0']) install(basePath, 'waits', name);
    host = await BuiltHost.start(basePath, '--state-dir', stateDir);
    await host.request('POST', '/api/agents/start', { config_path: write(basePath, 'pump1.yaml', 'setpoint: 1\n') });
    await eventually(async () => {
      expect(await host.agentState('pump1')).to.equal('running');
    });
  });

  afterEach(async () => {
    const pids = (await host.services()).flatMap(({ pid }) => pid ?? []);
    await host.end('SIGKILL');
    for (const pid of pids.filter(isAlive)) process.kill(pid, 'SIGKILL'); // not by the host: some faults cannot be mended
  });

  const health = async (): Promise<HealthView> => (await host.request('GET', '/api/healthcheck')).body as HealthView; // contract 3.1

  for (const { what, says, harm, mend } of FAULTS) {
    it(`says so when ${what}, accepts no command, and leaves the services alone`, async () => {
      const before = (await host.services()).map(({ id, pid }) => ({ id, pid }));
      harm(stateDir);
      await eventually(async () => {
        const { status, reasons } = await health();
        expect(status).to.equal('degraded');
        expect(reasons?.join(' ')).to.match(says);
      }, NOTICED_MS);
      const stop = await host.request('POST', '/api/agents/pump1/stop');
      expect(stop.status).to.equal(503);
      expect((stop.body as { detail: string }).detail).to.match(says); // a problem of contract 3
      expect((await host.request('GET', '/readyz')).status).to.equal(503);
      const after = (await host.services()).map(({ id, pid }) => ({ id, pid }));
      expect(after).to.deep.equal(before);
      expect(before.every(({ pid }) => pid !== null && isAlive(pid))).to.equal(true);
      if (mend === null) return;
      mend(stateDir);
      await eventually(async () => {
        expect((await health()).status).to.equal('healthy');
      }, NOTICED_MS * 2);
      expect((await host.request('POST', '/api/agents/pump1/stop')).status).to.equal(200);
    });
  }
});
