import { expect } from 'chai';
import { BuiltHost } from '../support/built/built-host.ts';
import {
  findProgram,
  healthOf,
  isListening,
  realServices,
  redisCli,
  treeOf,
  whyNoRealServices,
  type RealServices,
} from '../support/built/real-services.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/process/alive.ts';

const PATIENCE_MS = 20_000;
const reason = whyNoRealServices();

describe(`a redis and an nginx as host services${reason === null ? '' : ` (skipped: ${reason})`}`, function () {
  this.timeout(60_000);
  let services: RealServices;
  let host: BuiltHost;
  /** Every process of the two that a test has seen. */
  let seen: Set<number>;

  before(function () {
    if (reason !== null) this.skip();
  });

  beforeEach(async () => {
    seen = new Set();
    services = await realServices();
    host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await serving();
  });

  afterEach(async () => {
    if (!isAlive(host.pid)) host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await host.end('SIGTERM');
    const left = [...seen].filter(isAlive);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    expect(left, 'processes that outlived a drain').to.deep.equal([]);
  });

  /** Resolves when both run as these generations and answer their clients. */
  async function serving(generations: { readonly redis?: number; readonly nginx?: number } = {}): Promise<void> {
    await eventually(async () => {
      expect(await host.service('redis')).to.include({ state: 'running', generation: generations.redis ?? 1 });
      expect(await host.service('nginx')).to.include({ state: 'running', generation: generations.nginx ?? 1 });
      expect(await redisCli(services, 'ping')).to.equal('PONG');
      expect(await healthOf(services)).to.equal('200 ok');
      expect(await trees()).to.have.nested.property('nginx.length', 2);
    }, PATIENCE_MS);
  }

  /** The processes of both, the main one first. */
  async function trees(): Promise<{ readonly redis: readonly number[]; readonly nginx: readonly number[] }> {
    const [redis, nginx] = [await host.service('redis'), await host.service('nginx')].map(({ pid }) =>
      treeOf(pid ?? -1),
    );
    for (const pid of [...redis!, ...nginx!]) if (pid > 0) seen.add(pid);
    return { redis: redis!, nginx: nginx! };
  }

  async function nothingLeft(): Promise<void> {
    expect([...seen].filter(isAlive)).to.deep.equal([]);
    expect([await isListening(services.redisPort), await isListening(services.nginxPort)]).to.deep.equal([
      false,
      false,
    ]);
  }

  it('run as the versions that discovery found, and answer', async () => {
    expect(await host.service('redis')).to.include({ version: '7.0.0', restarts: 0 });
    expect(await host.service('nginx')).to.include({ version: '1.22.0', restarts: 0 });
  });

  it('come back as a new generation when the redis is killed; the nginx does not notice', async () => {
    const before = await trees();
    process.kill(before.redis[0]!, 'SIGKILL');
    await serving({ redis: 2 });
    expect(await trees()).to.deep.include({ nginx: before.nginx });
    const { restarts, last_exit } = await host.service('redis');
    expect({ restarts, last_exit }).to.have.nested.include({ restarts: 1, 'last_exit.signal': 'SIGKILL' });
  });

  it('lose the workers of an nginx whose master was killed before the next master listens', async () => {
    const [master, ...workers] = (await trees()).nginx;
    process.kill(master!, 'SIGKILL');
    await serving({ nginx: 2 });
    expect([master!, ...workers].filter(isAlive)).to.deep.equal([]);
    expect(await host.service('nginx')).to.include({ restarts: 1 });
  });

  it('outlive a killed host: the next one has the same processes, and no client noticed', async () => {
    const before = await trees();
    await redisCli(services, 'set', 'setpoint', '42');
    await host.end('SIGKILL');
    expect([await redisCli(services, 'get', 'setpoint'), await healthOf(services)]).to.deep.equal(['42', '200 ok']);
    host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await serving();
    expect(await trees()).to.deep.equal(before);
    expect([(await host.service('redis')).adopted, (await host.service('nginx')).adopted]).to.deep.equal([true, true]);
    expect(await redisCli(services, 'get', 'setpoint')).to.equal('42');
  });

  it('are restarted by the next host when they died without one', async () => {
    const before = await trees();
    await host.end('SIGKILL');
    process.kill(before.redis[0]!, 'SIGKILL');
    host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await serving({ redis: 2 });
    expect((await host.service('redis')).last_exit).to.include({ signal: 'SIGKILL', generation: 1 });
  });

  it('are gone after a drain, workers and sockets too, and come again with the next host', async () => {
    await trees();
    expect(await host.end('SIGTERM')).to.include({ code: 0, signal: null });
    await nothingLeft();
    host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await serving({ redis: 2, nginx: 2 });
  });

  it('are gone after a drain by a host that adopted them', async () => {
    await trees();
    await host.end('SIGKILL');
    host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await serving();
    expect(await host.end('SIGTERM')).to.include({ code: 0, signal: null });
    await nothingLeft();
  });
});

describe(`a probed redis and nginx${reason === null ? '' : ` (skipped: ${reason})`}`, function () {
  this.timeout(60_000);
  const often = { period: '100ms', timeout: '1s', failure_threshold: 3 };
  const patient = { ...often, failure_threshold: 100 };
  let services: RealServices;
  let host: BuiltHost;

  before(function () {
    if (reason !== null) this.skip();
  });

  beforeEach(async () => {
    services = await realServices((ports) => ({
      redis: {
        probes: {
          startup: { ...patient, log_line: { pattern: 'Ready to accept connections' } },
          readiness: { ...often, tcp: { port: ports.redis } },
          liveness: {
            ...often,
            exec: { command: [findProgram('redis-cli') ?? '', '-p', String(ports.redis), 'ping'] },
          },
        },
        backoff: { initial: '100ms' },
      },
      nginx: {
        depends_on: { redis: 'healthy' },
        probes: {
          startup: { ...patient, tcp: { port: ports.nginx } },
          readiness: { ...often, http: { port: ports.nginx, path: '/healthz' } },
          liveness: { ...often, http: { port: ports.nginx, path: '/', status: ['200-499'] } },
        },
      },
    }));
    host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await ready();
  });

  afterEach(async () => {
    if (!isAlive(host.pid)) host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await host.end('SIGTERM');
  });

  function until(id: string, expected: object): Promise<void> {
    return eventually(async () => {
      expect(await host.service(id)).to.include(expected);
    }, PATIENCE_MS);
  }

  async function ready(): Promise<void> {
    for (const id of ['redis', 'nginx']) await until(id, { state: 'running', substate: 'ready' });
  }

  it('come up in the order of their readiness', async () => {
    await eventually(async () => {
      const started = (await host.history()).filter(({ type }) => type === 'process.launched'); // written a moment later
      expect(started.map(({ service_id }) => service_id)).to.deep.equal(['redis', 'nginx']);
    });
    expect(await healthOf(services)).to.equal('200 ok');
  });

  it('lose a redis that hangs: it is ended through its grace and launched again, and nginx is left alone', async () => {
    const { pid } = await host.service('redis');
    process.kill(pid ?? -1, 'SIGSTOP'); // its port still takes connections, and nobody answers
    await until('redis', { generation: 2 });
    await ready();
    expect(isAlive(pid ?? -1)).to.equal(false);
    const exits = (await host.history()).filter(({ type }) => type === 'process.exited');
    expect(exits[0]?.detail).to.include({ class: 'probe', generation: 1 });
    expect(await host.service('nginx')).to.include({ generation: 1 });
  });

  it('go on being probed by the next host', async () => {
    const { pid } = await host.service('redis');
    await host.end('SIGKILL');
    host = await BuiltHost.start(services.basePath, '--on-exit', 'drain');
    await ready();
    expect(await host.service('redis')).to.include({ pid, adopted: true });
    process.kill(pid ?? -1, 'SIGSTOP');
    await until('redis', { generation: 2 });
    await ready();
  });
});
