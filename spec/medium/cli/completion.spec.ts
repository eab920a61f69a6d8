import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { completionScript } from '../../../lib/cli/completion/scripts.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const BASH = '/bin/bash';
const MAIN = fileURLToPath(new URL('../../../lib/main.ts', import.meta.url));
/** Where tsx can be found. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

describe('completion in bash', function () {
  this.timeout(60_000); // a start of Node for each word, on a machine that may be busy
  let folder: string;

  before(function () {
    if (!existsSync(BASH)) this.skip();
  });

  beforeEach(() => {
    folder = temporaryFolder();
    const program = join(folder, 'coredinator');
    writeFileSync(program, `#!/bin/sh\ncd '${ROOT}' && exec '${process.execPath}' --import tsx '${MAIN}' "$@"\n`);
    chmodSync(program, 0o755);
    for (const name of ['plant one', 'plates']) mkdirSync(join(folder, name));
    writeFileSync(join(folder, 'pla.yaml'), '');
  });

  /** The words that bash is offered when the last of `words` is incomplete. */
  function offered(...words: readonly string[]): readonly string[] {
    const call = `cd '${folder}'
      COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
      _coredinator
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const script = `${completionScript('bash')}\n${call}`;
    const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}`, HOME: folder };
    const args = ['--norc', '-c', script, 'bash', 'coredinator', ...words];
    const { status, stdout, stderr } = spawnSync(BASH, args, { encoding: 'utf8', env, cwd: ROOT });
    expect([status, stderr]).to.deep.equal([0, '']);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .sort();
  }

  it('offers commands, options and values', () => {
    expect(offered('con')).to.deep.equal(['config']);
    expect(offered('completion', '')).to.deep.equal(['bash', 'fish', 'zsh']);
    expect(offered('--on-exit', '=', 'de')).to.deep.equal(['detach']);
    expect(offered('config', 'show', '--base')).to.deep.equal(['--base-path']);
  });

  it('completes folders and files for options that need them', () => {
    expect(offered('--base-path', 'pla')).to.deep.equal(['plant one', 'plates']);
    expect(offered('config', 'check', 'pla.')).to.deep.equal(['pla.yaml']);
  });

  it('registers itself', () => {
    const script = `${completionScript('bash')}\ncomplete -p coredinator`;
    const { stdout } = spawnSync(BASH, ['--norc', '-c', script], { encoding: 'utf8' });
    expect(stdout).to.equal('complete -F _coredinator coredinator\n');
  });
});
