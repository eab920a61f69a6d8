import { expect } from 'chai';
import { runCommand } from '../../support/command.ts';

/** What the shell would be told for these words; the last is the incomplete one. */
async function completed(...words: readonly string[]): Promise<readonly string[]> {
  const { code, output, errors } = await runCommand(['__complete', ...words]);
  expect([code, errors]).to.deep.equal([0, '']);
  return output
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/\t.*/, ''));
}

describe('the words that complete a command line', () => {
  it('are commands with their descriptions', async () => {
    expect(await completed('')).to.include.members(['serve', 'config', 'completion', 'help', ':none']);
    expect(await completed('conf')).to.deep.equal(['config', ':none']);
    expect(await completed('config', '')).to.deep.equal([
      'check',
      'show',
      'schema',
      'reload',
      'revisions',
      'diff',
      ':none',
    ]);
    expect((await runCommand(['__complete', 'conf'])).output).to.match(/^config\t\w.*\n/);
  });

  it('are the options of the command, or those of serve without a command', async () => {
    expect(await completed('config', 'check', '--b')).to.deep.equal(['--base-path', ':none']);
    expect(await completed('config', '--base-path', '/p', '--b')).to.deep.equal([':none']);
    for (const before of [[], ['--port', '0'], ['serve']]) {
      expect(await completed(...before, '--on')).to.deep.equal(['--on-exit', ':none']);
    }
    expect(await completed('--v')).to.deep.equal(['--version', ':none']);
  });

  it('are the values of an option, also after an equals sign', async () => {
    for (const words of [['--on-exit', 'd'], ['--on-exit=d'], ['--on-exit', '=', 'd'], ['serve', '--on-exit=d']]) {
      expect(await completed(...words)).to.deep.equal(['detach', 'drain', ':none']);
    }
    expect(await completed('--on-exit', '=')).to.deep.equal(['detach', 'drain', ':none']);
    expect(await completed('config', 'schema', '--for', '')).to.deep.equal(['host', 'agent', ':none']);
    expect(await completed('completion', 'z')).to.deep.equal(['zsh', ':none']);
  });

  it('are left to the shell if they are paths', async () => {
    expect(await completed('--base-path', '')).to.deep.equal([':folders']);
    expect(await completed('--config=/et')).to.deep.equal([':files']);
    expect(await completed('config', 'check', 'a.yaml', '')).to.deep.equal([':files']);
  });

  it('are none if nothing is known, or nothing may follow', async () => {
    expect(await completed('--port', '')).to.deep.equal([':none']);
    expect(await completed('completion', 'bash', '')).to.deep.equal([':none']);
    expect(await completed('no-such-command', '')).to.deep.equal([':none']);
  });
});
