import { expect } from 'chai';
import type { UsageView } from '../../lib/api/schemas/usage.ts';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { valueIn } from '../support/built/exposed.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

const CORERL = { service: 'pump1-corerl' };

describe('the metrics of the built host', function () {
  this.timeout(60_000);

  it('show launches, a crash, the usage of the trees, and the adoption by the next host', async () => {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    let host = await BuiltHost.start(basePath);
    const value = async (name: string, labels: Readonly<Record<string, string>> = {}): Promise<number | undefined> =>
      valueIn((await host.request('GET', '/metrics')).body as string, name, labels); // text, as it is no JSON
    await host.request('POST', '/api/agents/start', { config_path: write(basePath, 'pump1.yaml', '') });
    await eventually(async () => {
      expect(await value('coredinator_services', { state: 'running' })).to.equal(2);
    });
    expect(await value('coredinator_launches_total', { outcome: 'launched' })).to.equal(2);

    process.kill((await host.service('pump1-corerl')).pid ?? -1, 'SIGKILL');
    await eventually(async () => {
      expect(await value('coredinator_service_restarts_total', CORERL)).to.equal(1);
      expect(await value('coredinator_service_exits_total', { ...CORERL, class: 'signal' })).to.equal(1);
      expect(await value('coredinator_service_state', { ...CORERL, state: 'running' })).to.equal(1);
    });

    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath);
    await eventually(async () => {
      expect(await value('coredinator_adoption_duration_seconds_count')).to.equal(2);
    });
    expect(await value('coredinator_surveyed_services', { status: 'alive' })).to.equal(2);
    expect(await value('coredinator_service_restarts_total', CORERL)).to.equal(1);
    expect(await value('coredinator_exits_total', { class: 'signal' })).to.equal(0);

    if (process.platform === 'linux') {
      await eventually(async () => {
        expect(await value('coredinator_service_processes', CORERL)).to.equal(1);
        expect(await value('coredinator_service_resident_memory_bytes', CORERL)).to.be.greaterThan(0);
      });
      const { services } = (await host.request('GET', '/api/usage')).body as UsageView; // its only answer
      expect(services.map(({ id, processes }) => [id, processes])).to.have.deep.members([
        ['pump1-coreio', 1],
        ['pump1-corerl', 1],
      ]);
    }
    await host.request('POST', '/api/agents/pump1/stop');
    await host.end('SIGTERM');
  });
});
