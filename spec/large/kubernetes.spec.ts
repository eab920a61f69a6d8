import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServiceView } from '../../lib/api/schemas/service.ts';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { FakeCluster } from '../support/kubernetes/fake-cluster.ts';
import { isAlive } from '../support/process/alive.ts';
import { temporaryFolder } from '../support/temporary.ts';

const TIME_LIMIT_MS = 30_000;

describe('the built program with the engine for Kubernetes', function () {
  this.timeout(120_000);
  let basePath: string;
  let cluster: FakeCluster;
  let host: BuiltHost;

  beforeEach(async () => {
    basePath = temporaryFolder();
    cluster = await FakeCluster.open();
    const kubeconfig = join(basePath, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'main' },
        clusters: [{ name: 'c', cluster: { server: cluster.url, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: { token: 'secret' } }],
        contexts: [{ name: 'main', context: { cluster: 'c', user: 'u', namespace: 'plant' } }],
      }),
    );
    install(basePath, 'waits', 'app-1.0.0');
    const engine = `{ kubernetes: { image: debian, kubeconfig: ${kubeconfig} } }`;
    const services = 'services: { one: { kind: app }, two: { kind: app, autostart: false } }';
    write(basePath, 'coredinator.yaml', `engine: ${engine}\nkinds: { app: { executable: app } }\n${services}\n`);
    host = await BuiltHost.start(basePath);
  });

  afterEach(async () => {
    if (isAlive(host.pid)) await host.end('SIGKILL');
    await cluster.close();
  });

  function until(id: string, expected: Partial<ServiceView>): Promise<ServiceView> {
    return eventually(async () => {
      const service = await host.service(id);
      expect(service).to.include(expected);
      return service;
    }, TIME_LIMIT_MS);
  }

  function untilHealth(status: string, reason: string): Promise<void> {
    return eventually(async () => {
      const { body } = await host.request('GET', '/api/healthcheck');
      expect(body).to.include({ status });
      expect(JSON.stringify(body)).to.include(reason);
    }, TIME_LIMIT_MS);
  }

  it('says where a service runs, and what is not guaranteed there', async () => {
    const service = await until('one', { state: 'running', pid: null });
    expect(service.place).to.match(/^pod one-[0-9a-f]{10} on node n1$/);
    expect(service.guarantees).to.include({ exact_exit: true, separate_streams: false, lossless_rotation: false });
    cluster.putNode('n1', 'Unknown');
    await untilHealth('degraded', 'Node n1 is not ready');
    const { doubt } = await host.service('one');
    expect(doubt).to.include({ reason: 'node n1 is not ready' });
  });

  it('accepts commands while the API server is away, keeps them over its own death, and carries them out', async () => {
    await until('one', { state: 'running', generation: 1 });
    cluster.goAway();
    await untilHealth('degraded', 'The cluster cannot be reached');
    expect((await host.request('POST', '/api/services/one/restart')).status).to.be.oneOf([200, 202]);
    expect((await host.request('POST', '/api/services/two/start')).status).to.be.oneOf([200, 202]);
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath);
    await untilHealth('degraded', 'The cluster cannot be reached');
    expect(await host.service('two')).to.include({ intended_state: 'running', pid: null, place: null });
    expect(cluster.names('pods'), 'nothing ended, nothing launched').to.have.length(1);
    cluster.comeBack();
    await until('one', { state: 'running', generation: 2 });
    await until('two', { state: 'running', generation: 1 });
    await untilHealth('healthy', '');
  });
});
