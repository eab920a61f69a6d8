import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { BuiltHost, install } from '../support/built/built-host.ts';
import { temporaryFolder } from '../support/temporary.ts';

const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;

interface Checked {
  readonly id: string;
  readonly status: string;
  readonly detail: string;
}

describe('coredinator doctor with a running host', function () {
  this.timeout(60_000);

  function checked(...argv: readonly string[]): (id: string) => Checked {
    const { stdout } = spawnSync(process.execPath, [MAIN, 'doctor', '--json', ...argv], { encoding: 'utf8' });
    const { checks } = JSON.parse(stdout) as { checks: Checked[] }; // as docs/cli.md has it
    return (id) => checks.find((one) => one.id === id)!;
  }

  it('reports that it is running, recognizes its port, and does not disturb it', async () => {
    const basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    const host = await BuiltHost.start(basePath);
    const port = new URL(host.url).port;
    const same = checked('--base-path', basePath, '--port', port);
    expect(same('running_host').detail).to.contain(`pid ${host.pid}`).and.contain(host.url);
    expect(same('port')).to.include({ status: 'ok' }).and.property('detail').contains(`pid ${host.pid}`);
    expect(same('database').status).to.equal('ok');
    const other = checked('--base-path', basePath, '--port', port, '--state-dir', join(basePath, 'other'));
    expect(other('running_host').detail).to.contain('No host is running');
    expect(other('port')).to.include({ status: 'fail' }).and.property('detail').contains('another state directory');
    const second = await BuiltHost.runToEnd('--base-path', basePath, '--port', '0');
    expect(second.code).to.equal(3);
    expect((await host.request('GET', '/api/healthcheck')).body).to.include({ status: 'healthy' });
    expect((await host.end('SIGTERM')).code).to.equal(0);
  });
});
