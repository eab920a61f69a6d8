import { expect } from 'chai';
import { chmodSync } from 'node:fs';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

const CONFIG = `
kinds:
  crashes: { executable: crashes, intensity: { max_restarts: 0 }, env: { TOKEN: S3cr3tOfThePlant } }
services:
  crashes: { kind: crashes }
`;
const CRASHES = '#!/bin/sh\necho "starting" >&2\nsleep 0.3\necho "no $TOKEN left" >&2\nexit 3\n';

describe('the log of a host', function () {
  this.timeout(60_000);

  it('reports launches, exits with the last output of the process, failures and changes of health', async () => {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    chmodSync(write(basePath, 'crashes-1.0.0', CRASHES), 0o755);
    write(basePath, 'coredinator.yaml', CONFIG);
    const host = await BuiltHost.start(basePath);
    const told = (): readonly Readonly<Record<string, unknown>>[] =>
      host.log
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>); // every record is a line of JSON
    const toldOf = (service: string) => told().filter((record) => record['service'] === service);
    await eventually(() => {
      expect(toldOf('crashes').at(-1)).to.include({ level: 'error', generation: 1 });
    });
    const [launch, exit] = toldOf('crashes');
    expect(launch).to.include({ level: 'info', generation: 1, version: '1.0.0' });
    expect(exit).to.include({ level: 'warn', generation: 1, code: 3, class: 'code', pid: launch?.['pid'] });
    expect(exit).to.have.property('stderr', 'no ${TOKEN} left');
    expect(exit).to.have.property('uptime_ms').that.is.within(200, 10_000);
    expect(host.log).to.not.contain('S3cr3tOfThePlant');

    await host.request('POST', '/api/agents/start', { config_path: write(basePath, 'pump1.yaml', '') });
    await eventually(() => {
      expect(toldOf('pump1-corerl').map(({ level }) => level)).to.deep.equal(['info']);
    });
    await host.request('POST', '/api/agents/pump1/stop');
    const { stderr } = await host.end('SIGTERM');
    expect(stderr).to.contain('"msg":"stopped"');
    const levels = toldOf('pump1-corerl').map(({ level, class: exitClass }) => [level, exitClass]);
    expect(levels).to.deep.equal([
      ['info', undefined],
      ['info', 'stopped'],
    ]);
  });
});
