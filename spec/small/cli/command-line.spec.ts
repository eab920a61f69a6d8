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

  for (const [words, meant] of [
    ['ps', 'Did you mean `coredinator services list`?'],
    ['list', 'Did you mean `coredinator services list`?'],
    ['status', 'Did you mean `coredinator services list`?'],
    ['status pump1-corerl', 'Did you mean `coredinator services status pump1-corerl`?'],
    ['logs pump1-corerl -f', 'Did you mean `coredinator services logs pump1-corerl -f`?'],
    [
      'start ./pump1.yaml',
      'Did you mean `coredinator agents start ./pump1.yaml` or `coredinator services start ./pump1.yaml`?',
    ],
    ['stop', 'Did you mean `coredinator agents stop` or `coredinator services stop`?'],
    ['restart a\u001b[31m', 'Did you mean `coredinator agents restart` or `coredinator services restart`?'],
    ['monit', 'Did you mean `coredinator top`?'],
    ['show', 'Did you mean `coredinator services list`?'],
    ['describe pump1', 'Did you mean `coredinator services status pump1`?'],
    ['kill pump1', 'Did you mean `coredinator services signal pump1 SIGKILL`?'],
    ['save', 'Nothing has to be saved: the host starts again what was running.'],
    ['help ps', 'Did you mean `coredinator services list`?'],
    ['ps --help', 'Did you mean `coredinator services list'],
  ] as const) {
    it(`says what the words of other supervisors are called here: ${JSON.stringify(words)}`, () => {
      const word = words.split(' ').find((one) => one !== 'help') ?? '';
      const expected = `error: Unknown command \`${word}\`. ${meant}`;
      expect(refusal(...words.split(' ')).slice(0, expected.length)).to.equal(expected);
    });
  }

  for (const [words, meant] of [
    ['services ls', 'services list'],
    ['services show', 'services list'],
    ['services show a', 'services status a'],
    ['services show a --help', 'services status a'],
    ['services tail a', 'services logs a --follow'],
    ['services kill a', 'services signal a SIGKILL'],
    ['agents apply ./pump1.yaml', 'agents start ./pump1.yaml'],
    ['agents rm pump1', 'agents delete pump1'],
    ['webhooks ps', 'webhooks list'],
  ] as const) {
    it(`says what they are called within a group: ${words}`, () => {
      const word = words.split(' ').slice(0, 2).join(' ');
      expect(refusal(...words.split(' '))).to.contain(
        `Unknown command \`${word}\`. Did you mean \`coredinator ${meant}`,
      );
    });
  }

  it('names no command that a group does not have', () => {
    expect(refusal('webhooks', 'kill', 'a')).to.contain("unknown command 'kill'");
  });

  it('completes no word of other supervisors', async () => {
    const { output } = await runCommand(['__complete', '']);
    const words = output.split('\n').map((line) => line.split('\t')[0]);
    expect(words).to.include('services').and.not.to.include.members(['ps']);
    expect(
      words.filter((word) => ['ps', 'status', 'list', 'logs', 'monit', 'save'].includes(word ?? '')),
    ).to.deep.equal([]);
  });

  it('names only commands that exist', () => {
    for (const word of [
      'status',
      'status x',
      'list',
      'ls',
      'ps',
      'logs x',
      'tail x',
      'start x',
      'stop x',
      'restart x',
      'reload',
      'monit',
    ]) {
      for (const [, command = ''] of refusal(...word.split(' ')).matchAll(/`coredinator ((?!--help)[^`]+)`/g)) {
        expect(parseCommandLine(command.split(' '), {}), command).to.not.have.property('type', 'exit');
      }
    }
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
