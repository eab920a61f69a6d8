import { expect } from 'chai';
import { parseRaw } from '../../../../lib/cli/serve/flags.ts';
import type { RawOptions } from '../../../../lib/cli/serve/flags.ts';

function optionsOf(argv: readonly string[], env: NodeJS.ProcessEnv = {}): RawOptions {
  const raw = parseRaw(argv, env, '1.2.3');
  if (raw.type === 'exit') throw new Error(`exits with ${raw.code}: ${raw.output}`);
  return raw.options;
}

describe('the arguments of the command line', () => {
  it('mean the same with and without serve', () => {
    const expected = { basePath: { values: ['/p'], source: '--base-path' }, port: { values: ['0'], source: '--port' } };
    expect(optionsOf(['--base-path', '/p', '--port', '0'])).to.deep.equal(expected);
    expect(optionsOf(['serve', '--base-path=/p', '--port=0'])).to.deep.equal(expected);
  });

  it('print version and help and end with 0', () => {
    for (const argv of [['--version'], ['-v'], ['serve', '-v']])
      expect(parseRaw(argv, {}, '1.2.3')).to.deep.equal({ type: 'exit', code: 0, output: '1.2.3\n' });
    for (const argv of [['--help'], ['-h'], ['serve', '--help'], ['serve', '-h'], ['--base-path', '/p', '-h']]) {
      const help = parseRaw(argv, {}, '1.2.3');
      expect(help).to.include({ type: 'exit', code: 0 });
      const words = ['--base-path', '--on-exit', '--read-token-file', '--cors-origin', 'COREDINATOR_TOKEN', 'serve'];
      for (const word of words) expect(help).to.have.property('output').that.contains(word);
    }
  });

  for (const [argv, named] of [
    [['--prot', '1'], '--prot'],
    [['--port'], '--port'],
    [['--base-path', '/p', 'stray'], 'too many arguments'],
    [['start'], 'too many arguments'],
    [['-x'], '-x'],
  ] as const) {
    it(`end with 2 and name the problem with "${argv.join(' ')}"`, () => {
      const raw = parseRaw(argv, {}, '1.2.3');
      expect(raw).to.include({ type: 'exit', code: 2 });
      expect(raw).to.have.property('output').that.contains(named);
    });
  }

  for (const [name, flag, variable] of [
    ['basePath', '--base-path', 'COREDINATOR_BASE_PATH'],
    ['host', '--host', 'COREDINATOR_HOST'],
    ['port', '--port', 'COREDINATOR_PORT'],
    ['listen', '--listen', 'COREDINATOR_LISTEN'],
    ['tlsCert', '--tls-cert', 'COREDINATOR_TLS_CERT'],
    ['tlsKey', '--tls-key', 'COREDINATOR_TLS_KEY'],
    ['config', '--config', 'COREDINATOR_CONFIG'],
    ['configRoot', '--config-root', 'COREDINATOR_CONFIG_ROOT'],
    ['executableRoot', '--executable-root', 'COREDINATOR_EXECUTABLE_ROOT'],
    ['stateDir', '--state-dir', 'COREDINATOR_STATE_DIR'],
    ['onExit', '--on-exit', 'COREDINATOR_ON_EXIT'],
    ['orphans', '--orphans', 'COREDINATOR_ORPHANS'],
    ['tokenFile', '--token-file', 'COREDINATOR_TOKEN_FILE'],
    ['readTokenFile', '--read-token-file', 'COREDINATOR_READ_TOKEN_FILE'],
    ['logLevel', '--log-level', 'COREDINATOR_LOG_LEVEL'],
    ['logFile', '--log-file', 'COREDINATOR_LOG_FILE'],
    ['allowedHost', '--allowed-host', 'COREDINATOR_ALLOWED_HOST'],
    ['corsOrigin', '--cors-origin', 'COREDINATOR_CORS_ORIGIN'],
    ['advertiseUrl', '--advertise-url', 'COREDINATOR_ADVERTISE_URL'],
    ['inspectorUrl', '--inspector-url', 'COREDINATOR_INSPECTOR_URL'],
  ] as const) {
    it(`use ${flag}, else ${variable}, else nothing`, () => {
      const env = { [variable]: 'from-env' };
      expect(optionsOf([flag, 'from-argv'], env)[name]).to.deep.equal({ values: ['from-argv'], source: flag });
      expect(optionsOf([], env)).to.deep.equal({ [name]: { values: ['from-env'], source: variable } });
      expect(optionsOf([], { [variable]: '  ' })).to.deep.equal({});
    });
  }

  it('name the command that shows the usage after an error', () => {
    for (const argv of [['--bogus'], ['serve', '--base-path'], ['--base-path', '/plant', 'extra']]) {
      const found = parseRaw(argv, {}, '1.2.3');
      expect(found, argv.join(' ')).to.include({ type: 'exit', code: 2 });
      expect('output' in found && found.output).to.match(/^error: .+\n`coredinator serve --help` shows the usage\.\n$/);
    }
  });

  it('repeat list options; their variables contain commas', () => {
    const options = optionsOf(['--allowed-host', 'a', '--allowed-host', 'b'], { COREDINATOR_CORS_ORIGIN: 'c, d,,' });
    expect(options.allowedHost?.values).to.deep.equal(['a', 'b']);
    expect(options.corsOrigin?.values).to.deep.equal(['c', 'd']);
  });

  describe('that are deprecated', () => {
    const read = (argv: readonly string[], env: NodeJS.ProcessEnv = {}): unknown => {
      const raw = parseRaw(argv, env, '1.2.3');
      return raw.type === 'exit' ? [raw.code, raw.output] : [raw.options.orphans, raw.warnings];
    };

    it('are accepted with one warning that names the new one', () => {
      expect(read(['--strays', 'kill'])).to.deep.equal([
        { values: ['kill'], source: '--strays' },
        ['--strays is deprecated; use --orphans'],
      ]);
      expect(read(['serve', '--strays=adopt'], { COREDINATOR_STRAYS: 'kill' })).to.deep.equal([
        { values: ['adopt'], source: '--strays' },
        ['--strays is deprecated; use --orphans'],
      ]);
      expect(read([], { COREDINATOR_STRAYS: 'adopt' })).to.deep.equal([
        { values: ['adopt'], source: 'COREDINATOR_STRAYS' },
        ['COREDINATOR_STRAYS is deprecated; use COREDINATOR_ORPHANS'],
      ]);
      expect(read(['--strays', 'kill', '--orphans', 'kill'])).to.deep.equal([
        { values: ['kill'], source: '--orphans' },
        ['--strays is deprecated; use --orphans'],
      ]);
    });

    it('yield to the command line, under either name', () => {
      const kill = { values: ['kill'], source: '--orphans' };
      expect(read(['--orphans', 'kill'], { COREDINATOR_STRAYS: 'adopt' })).to.deep.equal([kill, []]);
      expect(read(['--strays', 'kill'], { COREDINATOR_ORPHANS: 'adopt' })).to.deep.equal([
        { values: ['kill'], source: '--strays' },
        ['--strays is deprecated; use --orphans'],
      ]);
      expect(read(['--orphans', 'kill'])).to.deep.equal([kill, []]);
    });

    it('end with 2 when both names have different values, and say which to remove', () => {
      expect(read(['--strays', 'kill', '--orphans', 'adopt'])).to.deep.equal([
        2,
        'error: --orphans is "adopt" but --strays is "kill"; remove --strays, which is deprecated.\n',
      ]);
      expect(read([], { COREDINATOR_STRAYS: 'kill', COREDINATOR_ORPHANS: 'adopt' })).to.deep.equal([
        2,
        'error: COREDINATOR_ORPHANS is "adopt" but COREDINATOR_STRAYS is "kill"; remove COREDINATOR_STRAYS, which is deprecated.\n',
      ]);
    });

    it('are not in the help', () => {
      const help = parseRaw(['--help'], {}, '1.2.3');
      expect(help).to.have.property('output').that.contains('--orphans <what>').and.does.not.contain('strays');
    });
  });

  it('use the last value of a repeated option', () => {
    expect(optionsOf(['--port', '1', '--port', '2']).port?.values).to.deep.equal(['2']);
  });
});
