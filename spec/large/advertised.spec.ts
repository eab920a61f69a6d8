import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

describe('the URL that services get', function () {
  this.timeout(60_000);

  before(function () {
    if (process.platform !== 'linux') this.skip(); // the environment of a process is read from /proc
  });

  async function given(...options: readonly string[]): Promise<{ readonly got: string; readonly url: string }> {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'historian-1.0.0');
    write(
      basePath,
      'coredinator.yaml',
      'engine: local\nkinds: { historian: { executable: historian } }\nservices: { h: { kind: historian } }\n',
    );
    const host = await BuiltHost.start(basePath, '--on-exit', 'drain', ...options);
    const { url } = host;
    const pid = await eventually(async () => {
      const service = await host.service('h');
      expect(service).to.include({ state: 'running', place: null, doubt: null });
      return service.pid;
    });
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    await host.end('SIGTERM');
    return { got: environment.find((entry) => entry.startsWith('COREDINATOR_URL=')) ?? 'none', url };
  }

  it('is where the host listens, or what --advertise-url says', async () => {
    const here = await given();
    expect(here.got).to.equal(`COREDINATOR_URL=${here.url}`);
    const { got, url } = await given('--advertise-url', 'http://coredinator.plant:8000');
    expect(got).to.equal('COREDINATOR_URL=http://coredinator.plant:8000');
    expect(url).to.include('127.0.0.1');
  });
});
