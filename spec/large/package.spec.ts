import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LIBRARY } from '../support/actors/machines.ts';
import { BuiltHost } from '../support/built/built-host.ts';
import { temporaryFolder } from '../support/temporary.ts';

const run = promisify(execFile);
const project = new URL('../..', import.meta.url).pathname;
const modules = join(project, 'node_modules');

const PROGRAM = `
import { createClient } from 'coredinator/client';
import { nodeFetch } from 'coredinator/client/node';

const url = process.argv[2] ?? '';
const host = createClient({ url, fetch: nodeFetch({ url }) });
const { status, service } = await host.getHealth();
console.log(service, status);
`;

/** The second line is an error unless the types of the package are found. */
const MISUSE = `
// @ts-expect-error there is no such operation
host.getWeather;
// @ts-expect-error a host is somewhere
nodeFetch({});
`;

describe('the packed package', function () {
  this.timeout(120_000);
  let folder: string;

  /** Installs what `npm pack` packs, in a folder that nothing of this project is above. */
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'coredinator-package-'));
    const installed = join(folder, 'node_modules/coredinator');
    mkdirSync(installed, { recursive: true });
    const pack = ['pack', '--ignore-scripts', '--offline', '--json', '--pack-destination', folder];
    const [packed] = JSON.parse((await run('npm', pack, { cwd: project })).stdout) as [{ filename: string }];
    await run('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1']);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  });

  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Puts dependencies of the package where an installation would. */
  function withDependencies(...names: readonly string[]): void {
    for (const name of names) {
      rmSync(join(folder, 'node_modules', name), { force: true });
      symlinkSync(join(modules, name), join(folder, 'node_modules', name));
    }
  }

  it('carries the licences of what its page was bundled from', () => {
    const text = readFileSync(join(folder, 'node_modules/coredinator/dist/assets/ui/LICENSES.md'), 'utf8');
    for (const name of ['react-dom', 'react-aria-components', '@tanstack/react-virtual', 'uplot', 'xstate'])
      expect(text).to.match(new RegExp(`^## ${name} - .*\\((MIT|Apache-2\\.0)\\)$`, 'm'));
  });

  it('has nothing of the client that only a kubeconfig needs, and which is installed next to it then', () => {
    const licenses = readFileSync(join(folder, 'node_modules/coredinator/dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
    expect(licenses)
      .to.match(/^xstate /m)
      .and.not.to.match(/^@kubernetes|^openid-client|^jsonpath/m);
    const chunks = join(folder, 'node_modules/coredinator/dist/chunks');
    const texts = readdirSync(chunks).map((name) => readFileSync(join(chunks, name), 'utf8'));
    expect(texts.filter((text) => text.includes('import("@kubernetes/client-node")'))).to.have.length(1);
  });

  it('keeps the code of a host for the Node that it is installed with, and is installed without that too', async () => {
    const installed = join(folder, 'node_modules/coredinator');
    const kept = (): string[] => readdirSync(join(installed, 'dist/host')).filter((name) => name.endsWith('.code'));
    const keep = async (): Promise<string> => {
      const { stdout } = await run(process.execPath, [join(installed, 'scripts/keep-code.js')], { cwd: folder });
      return stdout;
    };
    expect(await keep()).to.match(
      /^coredinator: each start of a host will take longer, .* not kept: Cannot find module '.*'\n$/,
    );
    expect(kept()).to.deep.equal([]);
    withDependencies('sqlite3', 'pino', 're2js');
    expect(await keep()).to.equal('');
    expect(kept()).to.include('serve.cjs.code');
  });

  it('carries the drawings of its statecharts, as they are drawn from the sources', async () => {
    const charts = join(folder, 'node_modules/coredinator/dist/assets/charts');
    const drawn: string[] = [];
    for (const { name } of LIBRARY.list()) {
      for (const events of ['main', 'all'] as const) {
        drawn.push(`${name}-${events}.svg`);
        const carried = readFileSync(join(charts, `${name}-${events}.svg`), 'utf8');
        expect(carried, name).to.equal(await LIBRARY.svg(name, events));
      }
    }
    expect(readdirSync(charts)).to.have.members(drawn);
  });

  it('gives the fetch of Node without any other package', async () => {
    const text = "console.log(Object.keys(await import('coredinator/client/node')).join())";
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', text], { cwd: folder });
    expect(stdout.trim()).to.equal('nodeFetch');
  });

  it('gives a client that reaches a host on a Unix socket', async () => {
    withDependencies('eventsource-parser');
    writeFileSync(join(folder, 'use.js'), PROGRAM);
    const path = join(temporaryFolder(), 's');
    const host = await BuiltHost.startOnSocket(temporaryFolder(), path);
    try {
      const { stdout } = await run(process.execPath, ['use.js', `unix:${path}`], { cwd: folder });
      expect(stdout.trim()).to.equal('coredinator healthy');
    } finally {
      await host.end('SIGTERM');
    }
  });

  it('has types for both', async () => {
    withDependencies('eventsource-parser', 'zod', '@types');
    writeFileSync(join(folder, 'use.ts'), PROGRAM + MISUSE);
    // The declarations of zod and Node are not checked again, which takes most of the time; what ours import must be there.
    const options = '--noEmit --strict --skipLibCheck --module nodenext --target es2023 --types node --traceResolution';
    const tsc = [join(modules, 'typescript/bin/tsc'), ...options.split(' '), 'use.ts'];
    const { stdout } = await run(process.execPath, tsc, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
    const missing = [...stdout.matchAll(/^=+ Module name '(.+)' was not resolved/gm)].map(([, name]) => name ?? '');
    expect(missing.filter((name) => !isBuiltin(name))).to.deep.equal([]);
  });
});
