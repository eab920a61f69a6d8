import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import type { HealthView } from '../../../lib/api/schemas/host.ts';
import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import { BuiltHost, install, write } from '../../support/built/built-host.ts';
import { SmallDisk } from '../../support/built/small-disk.ts';
import { eventually } from '../../support/eventually.ts';
import { isAlive } from '../../support/process/alive.ts';
import { closeStores, foreignConnection } from '../../support/store/opened-store.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const RECOVERY_MS = 15_000;

/** What of a service must not change while the host is in trouble. */
function identityOf({ id, pid, generation, state }: ServiceView): unknown {
  return { id, pid, generation, state };
}

describe('the write path of the built program under stress', function () {
  this.timeout(90_000);
  let basePath: string;
  let stateDir: string;
  let disk: SmallDisk | null;
  let host: BuiltHost;
  let release: () => void;

  beforeEach(() => {
    disk = null;
    release = () => undefined;
    basePath = temporaryFolder();
    stateDir = join(basePath, '.coredinator');
    for (const name of ['coreio-1.0.0', 'corerl-1.0.0']) install(basePath, 'waits', name);
  });

  afterEach(async () => {
    await closeStores();
    disk?.empty();
    release();
    if (isAlive(host.pid)) {
      await eventually(async () => {
        for (const id of ['pump1', 'pump2']) {
          expect((await host.request('POST', `/api/agents/${id}/stop`)).status).to.equal(200);
        }
      }, RECOVERY_MS);
      await host.end('SIGTERM');
    }
    disk?.unmount();
  });

  async function boot(): Promise<readonly unknown[]> {
    host = await BuiltHost.start(basePath, '--state-dir', stateDir);
    expect((await start('pump1')).status).to.equal(200);
    await eventually(async () => {
      expect(await host.agentState('pump1')).to.equal('running');
    });
    return (await host.services()).map(identityOf);
  }

  const start = (id: string) =>
    host.request('POST', '/api/agents/start', { config_path: write(basePath, `${id}.yaml`, 'setpoint: 1\n') });

  const health = async (): Promise<HealthView> => (await host.request('GET', '/api/healthcheck')).body as HealthView; // contract 3.1

  /** A command is refused with the cause and without an effect, and the health check says why. */
  async function refusesAndSaysWhy(cause: string): Promise<void> {
    const answer = await start('pump2');
    expect(answer.status).to.equal(503);
    expect(answer.headers.get('retry-after')).to.match(/^[1-9]\d*$/);
    expect(answer.headers.get('content-type')).to.contain('application/problem+json');
    expect((answer.body as { detail: string }).detail).to.contain(cause);
    expect((await host.request('GET', '/api/agents/')).body).to.deep.equal(['pump1']);
    const { status, reasons } = await health();
    expect(status).to.equal('degraded');
    expect(reasons?.join()).to.contain(cause);
    expect((await host.request('GET', '/readyz')).status).to.equal(503);
  }

  async function recovers(): Promise<void> {
    await eventually(
      async () => {
        expect((await health()).status).to.equal('healthy');
      },
      RECOVERY_MS,
      100,
    );
  }

  /** Whatever was acknowledged or happened is there after a sudden death of the host. */
  async function hasLostNothing(): Promise<void> {
    await eventually(async () => {
      expect((await start('pump2')).status).to.equal(200);
      expect(await host.agentState('pump2')).to.equal('running');
    }, RECOVERY_MS);
    const before = (await host.services()).map(identityOf);
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath, '--state-dir', stateDir);
    await eventually(async () => {
      expect((await host.services()).map(identityOf)).to.deep.equal(before);
    });
  }

  it('outlives a full disk: refuses commands, keeps services, waits with what crashed, and recovers by itself', async function () {
    disk = SmallDisk.mount(16);
    if (disk === null) {
      console.error('      (mounting a file system is not permitted here)');
      this.skip();
    }
    stateDir = join(disk.folder, 'state');
    const before = await boot();
    disk.fill();
    await refusesAndSaysWhy('SQLITE_FULL');
    expect((await host.services()).map(identityOf)).to.deep.equal(before);

    const { pid } = await host.service('pump1-corerl');
    process.kill(pid ?? -1, 'SIGKILL');
    await eventually(
      async () => {
        const service = await host.service('pump1-corerl');
        expect(service.state).to.equal('backoff');
        expect(service.reason).to.contain('SQLITE_FULL');
      },
      30_000, // its shim cannot write the exit record either, and tries for 10 s
      100,
    );
    expect(identityOf(await host.service('pump1-coreio'))).to.deep.equal(before[0]);

    disk.empty();
    await recovers();
    await eventually(async () => {
      const service = await host.service('pump1-corerl');
      expect(service.state).to.equal('running');
      expect(service.generation).to.be.above(1);
    }, RECOVERY_MS);
    const facts = (await host.history()).filter(({ service_id }) => service_id === 'pump1-corerl');
    expect(facts.map(({ type }) => type)).to.include.members(['process.exited', 'process.launched']);
    await hasLostNothing();
  });

  for (const [what, exhaust] of [
    [
      'no space',
      (full: SmallDisk) => {
        full.fill();
      },
    ],
    [
      'no inodes',
      (full: SmallDisk) => {
        full.fillInodes();
      },
    ],
  ] as const) {
    it(`comes up on a disk with ${what}, adopts what runs, and recovers by itself`, async function () {
      disk = SmallDisk.mount(16);
      if (disk === null) {
        console.error('      (mounting a file system is not permitted here)');
        this.skip();
      }
      stateDir = join(disk.folder, 'state');
      const before = await boot();
      await host.end('SIGKILL');
      exhaust(disk);
      install(basePath, 'waits', 'coretelemetry-1.0.0');
      write(basePath, 'coredinator.yaml', 'services: { telemetry: { kind: coretelemetry } }');
      host = await BuiltHost.start(basePath, '--state-dir', stateDir);
      const agents = async (): Promise<readonly unknown[]> =>
        (await host.services()).filter(({ id }) => id !== 'telemetry').map(identityOf);
      expect(await agents()).to.deep.equal(before);
      const { status, reasons } = await health();
      expect(status).to.equal('degraded');
      expect(reasons?.join()).to.contain('ENOSPC');
      if (what === 'no space') await refusesAndSaysWhy('SQLITE_FULL');
      const { pid } = await host.service('pump1-corerl');
      process.kill(pid ?? -1, 'SIGKILL');
      await eventually(async () => {
        expect((await host.service('pump1-corerl')).state).to.equal('backoff');
      });
      disk.empty();
      await recovers();
      await eventually(async () => {
        expect((await host.service('pump1-corerl')).state).to.equal('running');
        expect((await host.service('telemetry')).state).to.equal('running');
      }, RECOVERY_MS);
      expect(await host.service('pump1-corerl')).to.have.nested.property('last_exit.signal', 'SIGKILL');
      expect((await agents())[0]).to.deep.equal(before[0]);
      expect((JSON.parse(readFileSync(join(stateDir, 'host.json'), 'utf8')) as { url: string }).url).to.equal(host.url);
      expect((await host.request('POST', '/api/services/telemetry/stop')).status).to.equal(200);
    });
  }

  it('ends with a sentence and code 2 where the full disk does not even take the store, and touches nothing', async function () {
    disk = SmallDisk.mount(16);
    if (disk === null) {
      console.error('      (mounting a file system is not permitted here)');
      this.skip();
    }
    stateDir = join(disk.folder, 'state');
    const before = await boot();
    await host.end('SIGTERM'); // it closed the database in order, so that its log would have to be created again
    disk.fill();
    const end = await BuiltHost.runToEnd('--base-path', basePath, '--port', '0', '--state-dir', stateDir);
    expect(end.code).to.equal(2);
    expect(end.stderr)
      .to.contain(stateDir)
      .and.match(/cannot be opened: SQLITE_(FULL|IOERR)/);
    disk.empty();
    host = await BuiltHost.start(basePath, '--state-dir', stateDir);
    expect((await host.services()).map(identityOf)).to.deep.equal(before);
  });

  it('outlives a second writer that holds the database, and recovers by itself', async () => {
    const before = await boot();
    const foreign = foreignConnection(join(stateDir, 'coredinator.db'));
    await foreign.run('BEGIN EXCLUSIVE');
    await refusesAndSaysWhy('SQLITE_BUSY');
    const { pid } = await host.service('pump1-corerl');
    process.kill(pid ?? -1, 'SIGKILL');
    await eventually(
      async () => {
        const service = await host.service('pump1-corerl');
        expect(service.state).to.equal('backoff');
        expect(service.reason).to.contain('SQLITE_BUSY');
      },
      RECOVERY_MS,
      100,
    );
    expect(identityOf(await host.service('pump1-coreio'))).to.deep.equal(before[0]);
    await foreign.run('ROLLBACK');
    await recovers();
    await eventually(async () => {
      const service = await host.service('pump1-corerl');
      expect(service.state).to.equal('running');
      expect(service.generation).to.be.above(1);
      expect(service.last_exit).to.include({ signal: 'SIGKILL', generation: 1 });
    }, RECOVERY_MS);
    await hasLostNothing();
  });

  it('refuses to start on a read-only state directory with a clear message, and touches nothing', async function () {
    disk = SmallDisk.mount(16);
    if (disk === null) {
      console.error('      (mounting a file system is not permitted here)');
      this.skip();
    }
    stateDir = join(disk.folder, 'state');
    await boot();
    const before = (await host.services()).map(({ id, pid, generation }) => ({ id, pid, generation }));
    await host.end('SIGKILL');
    // Services hold their log files open, so the file system itself cannot become read-only; what the next host sees can.
    const view = join(basePath, 'view');
    expect(spawnSync('mkdir', [view]).status).to.equal(0);
    expect(spawnSync('mount', ['--bind', stateDir, view]).status).to.equal(0);
    try {
      expect(spawnSync('mount', ['-o', 'remount,bind,ro', view]).status).to.equal(0);
      const end = await BuiltHost.runToEnd('--base-path', basePath, '--port', '0', '--state-dir', view);
      expect(end.code).to.equal(2);
      expect(end.stderr)
        .to.contain(view)
        .and.match(/read-?only|EROFS|SQLITE_CANTOPEN/i);
    } finally {
      spawnSync('umount', [view]);
    }
    host = await BuiltHost.start(basePath, '--state-dir', stateDir);
    const after = (await host.services()).map(({ id, pid, generation }) => ({ id, pid, generation }));
    expect(after).to.deep.equal(before);
  });

  it('says so when the database was corrupt, keeps the file, and disturbs no service', async () => {
    const before = await boot();
    await host.end('SIGKILL');
    for (const suffix of ['-wal', '-shm']) writeFileSync(join(stateDir, `coredinator.db${suffix}`), '');
    writeFileSync(join(stateDir, 'coredinator.db'), 'this is no database'.repeat(1000));
    host = await BuiltHost.start(basePath, '--state-dir', stateDir);
    const aside = readdirSync(stateDir).find((name) => name.includes('.corrupt-'));
    expect(aside).to.be.a('string');
    const { status, reasons } = await health();
    expect(status).to.equal('degraded');
    expect(reasons?.join()).to.contain(aside);
    expect((await host.request('GET', '/readyz')).status).to.equal(200);
    const fact = (await host.history()).find(({ type }) => type === 'store.recovered');
    expect(String(fact?.detail['moved_to'])).to.contain(aside);
    for (const identity of before) expect(isAlive((identity as ServiceView).pid ?? -1)).to.equal(true);
    for (const identity of before) process.kill((identity as ServiceView).pid ?? -1, 'SIGTERM');
  });

  it('outlives a lack of file descriptors, and recovers by itself', async function () {
    if (spawnSync('prlimit', ['--version']).status !== 0) {
      console.error('      (there is no prlimit here)');
      this.skip();
    }
    const before = await boot();
    const line = new Line(host.url);
    await line.get('/livez');
    const { pid } = await host.service('pump1-corerl');
    const idle: Socket[] = [];
    release = () => {
      for (const socket of idle) socket.destroy();
      spawnSync('prlimit', ['--pid', String(host.pid), '--nofile=1024:']);
      line.close();
    };
    // Descriptors that are open already stay so; new ones would have to be below the limit, where few numbers are free.
    expect(spawnSync('prlimit', ['--pid', String(host.pid), '--nofile=20:']).status).to.equal(0);
    for (let count = 0; count < 20; count += 1) {
      const socket = connect(Number(new URL(host.url).port), '127.0.0.1');
      socket.on('error', () => undefined); // the host has no room for it
      idle.push(socket);
      await once(socket, 'connect');
    }
    process.kill(pid ?? -1, 'SIGKILL');
    await eventually(() => {
      expect(isAlive(pid ?? -1)).to.equal(false);
    });
    await eventually(async () => {
      const { status, reasons } = (await line.get('/api/healthcheck')) as HealthView; // contract 3.1
      expect(status).to.equal('degraded');
      expect(reasons?.join()).to.contain('EMFILE');
    });
    // Whatever it finds out or not without a descriptor: it answers, and starts nothing that it could not keep track of.
    for (let count = 0; count < 20; count += 1) {
      expect(await line.get('/livez')).to.equal('ok');
      const service = (await line.get('/api/services/pump1-coreio')) as ServiceView; // contract 3.4
      expect(identityOf(service)).to.deep.equal(before[0]);
    }
    release();
    await recovers();
    await eventually(async () => {
      const service = await host.service('pump1-corerl');
      expect(service.state).to.equal('running');
      expect(service.generation).to.be.above(1);
      expect(service.last_exit).to.include({ signal: 'SIGKILL', generation: 1 });
    }, RECOVERY_MS);
    expect(identityOf(await host.service('pump1-coreio'))).to.deep.equal(before[0]);
    await hasLostNothing();
  });
});

/** One connection that stays open, to a host that cannot accept another. */
class Line {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(url: string) {
    this.#url = url;
  }

  get(path: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      request(`${this.#url}${path}`, { agent: this.#agent, timeout: 10_000 }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => (text += chunk.toString()));
        response.on('end', () => {
          resolve(text.startsWith('{') ? JSON.parse(text) : text);
        });
      })
        .on('error', reject)
        .end();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
