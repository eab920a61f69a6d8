import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '../../support/temporary.ts';

const scripts = new URL('../../../scripts', import.meta.url).pathname;

/** Stands for a compiler: says that it ran, and copies the one source unless that does not compile. */
const COMPILER = `
const fs = process.getBuiltinModule('node:fs');
fs.appendFileSync('runs', process.argv[1].split('/').at(-1) + '\\n');
const source = fs.readFileSync('lib/main.ts', 'utf8');
if (source.includes('syntax error')) { console.error('lib/main.ts: syntax error'); process.exit(2); }
fs.mkdirSync('dist', { recursive: true });
fs.writeFileSync('dist/main.js', source);
`;

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A checkout with the scripts of this one and compilers that only say that they ran. */
class Checkout {
  readonly folder = temporaryFolder();

  constructor() {
    cpSync(join(scripts, 'build.js'), this.write('scripts/build.js', ''));
    cpSync(join(scripts, 'prepare.js'), this.write('scripts/prepare.js', ''));
    this.write('scripts/build/copy-assets.js', '');
    this.write('scripts/build/bundle.js', COMPILER);
    this.write('scripts/build/draw-charts.js', '');
    this.write('scripts/keep-code.js', '');
    this.write('lib/main.ts', '1');
    this.write('package.json', '{ "type": "module" }');
    // A folder of node_modules is a package of its own, of CommonJS if it does not say otherwise.
    for (const name of ['typescript', 'rolldown', 'vite', 'react', 'swagger-ui-dist'])
      this.write(`node_modules/${name}/package.json`, '{}');
    this.write('node_modules/typescript/bin/tsc', COMPILER);
    this.write('node_modules/vite/bin/vite.js', COMPILER);
  }

  write(name: string, text: string): string {
    const file = join(this.folder, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  remove(name: string): void {
    rmSync(join(this.folder, name), { recursive: true, force: true });
  }

  run(script: 'build' | 'prepare', ...args: readonly string[]): Ended {
    const file = join(this.folder, 'scripts', `${script}.js`);
    return spawnSync(process.execPath, [file, ...args], { cwd: this.folder, encoding: 'utf8' });
  }

  /** Which compilers ran since this was last asked. */
  get runs(): readonly string[] {
    const file = join(this.folder, 'runs');
    const runs = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
    rmSync(file, { force: true });
    return runs;
  }

  get built(): string {
    return readFileSync(join(this.folder, 'dist/main.js'), 'utf8');
  }
}

const ALL = ['tsc', 'bundle.js', 'vite.js'];

describe('a build', function () {
  this.timeout(20_000); // each build starts seven processes, and a test makes up to three
  let checkout: Checkout;
  beforeEach(() => {
    checkout = new Checkout();
    expect(checkout.run('build')).to.include({ status: 0, stderr: '' });
    expect(checkout.runs).to.deep.equal(ALL);
  });

  it('is not done again while sources and results are the same', () => {
    expect(checkout.run('build').status).to.equal(0);
    checkout.write('lib/process/shim/build/coredinator-shim', 'another binary');
    expect(checkout.run('build').status).to.equal(0);
    expect(checkout.runs).to.deep.equal([]);
    expect(checkout.run('build', '--force').status).to.equal(0);
    expect(checkout.runs).to.deep.equal(ALL);
  });

  for (const [what, change] of [
    ['a source', () => checkout.write('lib/main.ts', '2')],
    ['a new source', () => checkout.write('lib/model/other.ts', '')],
    ['a tsconfig', () => checkout.write('tsconfig.client.json', '{}')],
    ['the lock file', () => checkout.write('package-lock.json', '{}')],
    ['a result', () => checkout.write('dist/main.js', '3')],
    [
      'the loss of a result',
      () => {
        checkout.remove('dist/main.js');
      },
    ],
  ] as const) {
    it(`is done again after a change of ${what}`, () => {
      change();
      expect(checkout.run('build').status).to.equal(0);
      expect(checkout.runs).to.deep.equal(ALL);
      expect(checkout.built).to.equal(readFileSync(join(checkout.folder, 'lib/main.ts'), 'utf8'));
    });
  }

  it('is not done again because the code was kept for another Node', () => {
    checkout.write('dist/host/serve.cjs.code', 'of another Node');
    expect(checkout.run('build').status).to.equal(0);
    expect(checkout.runs).to.deep.equal([]);
  });

  it('leaves nothing in dist of what is no longer built', () => {
    checkout.write('dist/gone.js', '');
    expect(checkout.run('build').status).to.equal(0);
    expect(existsSync(join(checkout.folder, 'dist/gone.js'))).to.equal(false);
  });

  it('fails with the step that failed, and is tried again', () => {
    checkout.write('lib/main.ts', 'syntax error');
    const { status, stderr } = checkout.run('build');
    expect(status).to.equal(2);
    expect(stderr).to.contain('lib/main.ts: syntax error').and.contain('the build failed at `node node_modules/');
    expect(checkout.runs).to.deep.equal(['tsc']);
    expect(checkout.run('build').status).to.equal(2);
    expect(checkout.runs).to.deep.equal(['tsc']);
  });
});

describe('preparing a checkout', function () {
  this.timeout(20_000); // as above
  it('builds it, once', () => {
    const checkout = new Checkout();
    expect(checkout.run('prepare').status).to.equal(0);
    expect(checkout.runs).to.deep.equal(ALL);
    expect(checkout.run('prepare').status).to.equal(0);
    expect(checkout.run('build').status).to.equal(0);
    expect(checkout.runs).to.deep.equal([]);
  });

  it('fails where the build does', () => {
    const checkout = new Checkout();
    checkout.write('lib/main.ts', 'syntax error');
    expect(checkout.run('prepare').status).to.equal(2);
  });

  it('says what to do without the development dependencies, and does not fail', () => {
    const checkout = new Checkout();
    checkout.remove('node_modules/vite');
    const { status, stdout } = checkout.run('prepare');
    expect(status).to.equal(0);
    expect(stdout).to.contain('vite not installed').and.contain('npm ci && npm run build');
    expect(checkout.runs).to.deep.equal([]);
    checkout.write('dist/main.js', '');
    expect(checkout.run('prepare')).to.include({ status: 0, stdout: '', stderr: '' });
  });
});
