import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { ConfigDiffView, ConfigRevisionPageView } from '../../lib/api/schemas/config.ts';
import type { ServiceView } from '../../lib/api/schemas/service.ts';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { isAlive } from '../support/process/alive.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PATIENCE_MS = 20_000;
const MAIN = new URL('../../dist/main.js', import.meta.url).pathname;

const AGENT = (corerl: string): string => `coredinator: { kinds: { corerl: ${corerl} } }\n`;

describe('what changed, in the built program', function () {
  this.timeout(90_000);
  let basePath: string;
  let host: BuiltHost;

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    for (const version of ['1.9.0', '2.0.0']) install(basePath, 'waits', `corerl-${version}`);
    write(basePath, 'pump1.yaml', AGENT('{ env: { TOKEN: first-secret } }'));
    host = await BuiltHost.start(basePath);
    await cli('agents', 'start', `${basePath}/pump1.yaml`);
  });

  afterEach(async () => {
    if (!isAlive(host.pid)) return;
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath, '--on-exit', 'drain');
    await host.end('SIGTERM');
  });

  async function cli(...words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(process.execPath, [MAIN, ...words, '--url', host.url]);
    return stdout;
  }

  async function killed(): Promise<void> {
    await host.end('SIGKILL');
    host = await BuiltHost.start(basePath);
  }

  function until(expected: Partial<ServiceView>): Promise<ServiceView> {
    return eventually(async () => {
      const service = await host.service('pump1-corerl');
      expect(service).to.include(expected);
      return service;
    }, PATIENCE_MS);
  }

  async function revisions(): Promise<ConfigRevisionPageView['revisions']> {
    const { body } = await host.request('GET', '/api/config/revisions');
    return (body as ConfigRevisionPageView).revisions; // the page of that route
  }

  it('is kept over the death of the host, with old and new value of each key, and without secrets', async () => {
    write(basePath, 'pump1.yaml', AGENT('{ env: { TOKEN: second-secret }, backoff: { max: 7s } }'));
    const preview = await cli('config', 'reload', '--dry-run');
    expect(preview)
      .to.include('env.TOKEN: <hidden> → <hidden>')
      .and.to.include('backoff.max: 30s → 7s')
      .and.to.include('Would restart: pump1-corerl');
    await cli('config', 'reload');
    await killed();
    const known = await revisions();
    expect(known.map(({ subject }) => subject)).to.deep.equal(['agent', 'agent', 'host']);
    expect(known[0]?.actor, 'the user of the loopback connection').to.be.a('string');
    const { body } = await host.request('GET', '/api/config/diff');
    expect((body as ConfigDiffView).restarts).to.deep.equal(['pump1-corerl']);
    const printed = (await cli('config', 'diff')) + (await cli('config', 'revisions', String(known[0]?.number)));
    expect(printed).to.include('backoff.max: 30s → 7s').and.to.include('TOKEN: <hidden>');
    expect(printed + JSON.stringify(body)).not.to.include('-secret');
  });

  it('is added by a host that starts with another coredinator.yaml, and by none that starts with the same', async () => {
    await killed();
    expect(await revisions()).to.have.lengthOf(2);
    await host.end('SIGKILL');
    write(basePath, 'coredinator.yaml', 'logs: { total_bytes: 5GiB }\n');
    host = await BuiltHost.start(basePath);
    await eventually(async () => {
      expect(await revisions()).to.have.lengthOf(3);
    }, PATIENCE_MS);
    expect(await cli('config', 'diff', '--host-only')).to.include('logs.total_bytes: 10GiB → 5GiB');
  });

  it('can be another version of an executable, which stays over crashes and the death of the host', async () => {
    const before = await until({ state: 'running', version: '2.0.0' });
    expect(await cli('services', 'version', 'pump1-corerl', '1.9.0', '--dry-run')).to.include('Would restart');
    expect(await host.service('pump1-corerl')).to.include({ pid: before.pid, pin: null });
    expect(await cli('services', 'version', 'pump1-corerl', '1.9.0')).to.include('version: (not set) → 1.9.0');
    await killed();
    const pinned = await until({ state: 'running', version: '1.9.0' });
    expect(pinned.pin).to.include({ version: '1.9.0', in_range: true });
    expect(isAlive(before.pid ?? -1)).to.equal(false);
    process.kill(pinned.pid ?? -1, 'SIGKILL');
    await until({ state: 'running', version: '1.9.0', generation: pinned.generation + 1 });
    expect(await cli('services', 'explain', 'pump1-corerl')).to.match(
      /It\s+has\s+been\s+pinned\s+to\s+version\s+1\.9\.0/,
    );
    await cli('services', 'version', 'pump1-corerl', '--unpin');
    await until({ state: 'running', version: '2.0.0' });
  });
});
