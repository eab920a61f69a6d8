import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { isAlive } from '../support/process/alive.ts';
import { temporaryFolder } from '../support/temporary.ts';

const PROJECT = join(import.meta.dirname, '../..');
const MOCHA = join(PROJECT, 'node_modules/mocha/bin/mocha.js');

/** A failure in the format of mocha's `json` reporter. */
interface Failure {
  readonly title: string;
  readonly err: { readonly message: string };
}

/** All ways in which a test can start a process that it does not end. */
const WAYS: Readonly<Record<string, string>> = {
  spawn: "spawn('sleep', ['1001'], { detached: true, stdio: 'ignore' }).unref()",
  exec: "exec('sleep 1001 >/dev/null 2>&1 &')",
  execFile: "execFile('sh', ['-c', 'sleep 1001 >/dev/null 2>&1 &'])",
  spawnSync: "spawnSync('sh', ['-c', 'sleep 1001 >/dev/null 2>&1 &'])",
  execSync: "execSync('sleep 1001 >/dev/null 2>&1 &')",
  execFileSync: "execFileSync('sh', ['-c', 'sleep 1001 >/dev/null 2>&1 &'])",
};

describe('a spec that leaves a process behind', function () {
  this.timeout(30_000);
  let folder: string;

  beforeEach(() => {
    folder = temporaryFolder();
  });

  function specFile(name: string, text: string): string {
    const path = join(folder, `${name}.spec.mjs`);
    writeFileSync(path, text);
    return path;
  }

  /**
   * Runs files with the hooks of this repository, and returns the failures. Its compiler processes may end after it,
   * and are not tagged.
   */
  function failuresOf(...args: readonly string[]): Promise<readonly Failure[]> {
    const env = { ...process.env, SPECS_OF: '' };
    return new Promise((resolve) => {
      execFile(process.execPath, [MOCHA, '--reporter', 'json', ...args], { cwd: PROJECT, env }, (_, stdout) => {
        resolve((JSON.parse(stdout) as { failures: Failure[] }).failures); // the document of that reporter
      });
    });
  }

  /** Fails unless the report names the test and the process, and the process was ended. */
  function assertTold({ err: { message } }: Failure, where: string, file: string): void {
    const [told, pid] = /^(.*): (\d+) \(sleep 1001\)$/.exec(message)?.slice(1) ?? [message];
    expect(told).to.equal(`left behind ${where} ${relative(PROJECT, file)}`);
    expect(isAlive(Number(pid))).to.equal(false);
  }

  it('fails in that test, by file, however the process was started', async () => {
    const files = Object.entries(WAYS).map(([name, call]) =>
      specFile(name, `import * as processes from 'node:child_process';\nit('leaves', () => { processes.${call}; });\n`),
    );
    const failures = await failuresOf('--parallel', '--jobs', '3', ...files);
    expect(failures.map(({ title }) => title)).to.deep.equal(files.map(() => '"after each" hook for "leaves"'));
    for (const file of files) {
      const told = failures.find(({ err }) => err.message.includes(relative(PROJECT, file)));
      expect(told, file).to.not.equal(undefined);
      assertTold(told!, 'in', file);
    }
  });

  it('fails in the test in which a shared process leaves one behind', async () => {
    const script = 'while read line; do sleep 1001 >/dev/null 2>&1 & echo; done';
    const file = specFile(
      'shared',
      `import { spawn } from 'node:child_process';
      describe('sharing', () => {
        let shell;
        const said = () => new Promise((resolve) => { shell.stdout.once('data', resolve); });
        before(() => { shell = spawn('sh', ['-c', '${script}']); });
        it('starts none', () => {});
        it('has one started', async () => { shell.stdin.write('x\\n'); await said(); });
        after(() => { shell.kill(); });
      });`,
    );
    const [failure, ...more] = await failuresOf(file);
    expect(more).to.deep.equal([]);
    expect(failure?.title).to.equal('"after each" hook for "has one started"');
    assertTold(failure!, 'in', file);
  });

  for (const mode of [[], ['--parallel', '--jobs', '2']]) {
    it(`fails at its end if its own hooks did${mode.length > 0 ? ', also in parallel mode' : ''}`, async () => {
      const file = specFile(
        'hooks',
        `import { spawn } from 'node:child_process';
        describe('leaving', () => {
          after(() => { spawn('sleep', ['1001'], { detached: true, stdio: 'ignore' }).unref(); });
          it('passes', () => {});
        });`,
      );
      const others = mode.length > 0 ? [specFile('other', "it('passes too', () => {});")] : [];
      const [failure, ...more] = await failuresOf(...mode, file, ...others);
      expect(more).to.deep.equal([]);
      expect(failure?.title).to.match(/^"after all" hook/);
      assertTold(failure!, 'at the end of', file);
    });
  }
});
