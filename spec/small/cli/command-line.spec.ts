import { expect } from 'chai';
import { parseCommandLine } from '../../../lib/cli/command-line.ts';
import { COMMAND_GROUPS, newProgram } from '../../../lib/cli/program.ts';
import { runCommand } from '../../support/command.ts';

function refusal(...argv: readonly string[]): string {
  const line = parseCommandLine(argv, {});
  expect(line).to.include({ type: 'exit', code: 2 });
  return line.type === 'exit' ? line.output : '';
}

describe('the tree of commands', () => {
  it('is listed by --help, each command with an example', async () => {
    const { code, output } = await runCommand(['--help']);
    expect(code).to.equal(0);
    const program = newProgram(COMMAND_GROUPS, {
      env: {},
      version: '',
      print: () => undefined,
      choose: () => undefined,
    });
    for (const command of program.commands) expect(output).to.match(new RegExp(`^ {2}${command.name()} `, 'm'));
    for (const { example, heading } of COMMAND_GROUPS) expect(output).to.contain(`$ ${example}`).and.contain(heading);
  });

  it('has examples that its own parser accepts', () => {
    for (const { example } of COMMAND_GROUPS) {
      const words = (/coredinator ([^)]*)/.exec(example)?.[1] ?? '').replaceAll('/opt/plant', '.').split(' ');
      expect(parseCommandLine(words, {}), example).to.not.have.property('type', 'exit');
    }
  });

  it('prints the version, and the help of one command in two ways', async () => {
    const version = await runCommand(['--version']);
    expect(version.output).to.match(/^\d+\.\d+\.\d+\S*\n$/);
    expect(await runCommand(['-v'])).to.deep.equal(version);
    const help = await runCommand(['help', 'completion']);
    expect(help).to.deep.equal(await runCommand(['completion', '--help']));
    expect(help.output).to.contain('Usage: coredinator completion');
  });

  it('accepts -h for --help at every level', async () => {
    for (const words of [[], ['serve'], ['agents'], ['agents', 'start'], ['config', 'check'], ['completion']]) {
      const help = await runCommand([...words, '--help']);
      expect(help.code).to.equal(0);
      expect(help.output).to.match(/^ {2}-h, --help /m);
      expect(await runCommand([...words, '-h']), words.join(' ')).to.deep.equal(help);
    }
    expect(refusal('agents', 'strt', '-h')).to.contain("unknown command 'strt'");
  });

  it('suggests the nearest command for an unknown one', () => {
    expect(refusal('confg')).to.contain("unknown command 'confg'").and.contain('Did you mean config?');
    expect(refusal('zzz')).to.contain("unknown command 'zzz'").and.contain('coredinator --help');
  });

  it('runs a host without a command, and with options alone', () => {
    expect(refusal()).to.contain('--base-path is required');
    expect(refusal('--prot', '1')).to.contain('--prot');
    for (const argv of [
      ['--base-path', '.'],
      ['serve', '--base-path', '.'],
    ]) {
      expect(parseCommandLine(argv, {})).to.have.property('type', 'serve');
    }
    expect(parseCommandLine([], { COREDINATOR_BASE_PATH: '.' })).to.have.property('type', 'serve');
  });
});
