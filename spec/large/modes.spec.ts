import { expect } from 'chai';
import { join } from 'node:path';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { openToOthers, temporaryFolder } from '../support/temporary.ts';

describe('the state directory of a host', function () {
  this.timeout(60_000);

  before(function () {
    if (process.platform === 'win32') this.skip(); // its files have no modes
  });

  it('holds nothing that other users can get at, whatever the mask is, with a host and without', async () => {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    const mask = process.umask(0);
    const starting = BuiltHost.start(basePath);
    process.umask(mask);
    const host = await starting;
    await host.request('POST', '/api/agents/start', { config_path: write(basePath, 'pump1.yaml', '') });
    await eventually(async () => {
      expect((await host.service('pump1-corerl')).state).to.equal('running');
    });
    const stateDir = join(basePath, '.coredinator');
    expect(openToOthers(stateDir)).to.deep.equal([]);
    await host.request('POST', '/api/agents/pump1/stop');
    await host.end('SIGTERM');
    expect(openToOthers(stateDir)).to.deep.equal([]);
  });
});
