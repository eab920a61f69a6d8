import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseServeOptions } from '../../../../lib/cli/serve/serve-options.ts';
import type { ServeOptions } from '../../../../lib/host/options.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const TOKEN = 'a-token-of-22-letters!';
const OTHER = 'another-token-23456789';

describe('the options of serve', () => {
  let base: string;

  beforeEach(() => {
    base = temporaryFolder();
  });

  function file(name: string, text: string): string {
    writeFileSync(join(base, name), text);
    return join(base, name);
  }

  function served(argv: readonly string[] = [], env: NodeJS.ProcessEnv = {}): ServeOptions {
    const line = parseServeOptions(['--base-path', base, ...argv], env);
    if (line.type === 'exit') throw new Error(`exits with ${line.code}: ${line.output}`);
    return line.options;
  }

  function refused(argv: readonly string[], env: NodeJS.ProcessEnv = {}): string {
    const line = parseServeOptions(argv, env);
    expect(line).to.include({ type: 'exit', code: 2 });
    return line.type === 'exit' ? line.output : '';
  }

  it('have the defaults of the contract', () => {
    expect(served()).to.deep.equal({
      basePath: base,
      stateDir: join(base, '.coredinator'),
      configFile: null,
      configRoot: null,
      executableRoots: [],
      place: { type: 'tcp', host: '127.0.0.1', port: 8000 },
      tls: null,
      onExit: 'detach',
      orphans: 'adopt',
      engine: null,
      name: hostname(),
      access: { full: null, readOnly: null },
      allowedHosts: [],
      corsOrigins: [],
      advertiseUrl: null,
      inspectorUrl: 'https://stately.ai/inspect',
      logLevel: 'info',
      logFile: null,
    });
  });

  it('have the given values, with absolute paths', () => {
    const config = file('host.yaml', '');
    const argv = [
      '--host',
      '[::1]',
      '--port',
      '0',
      '--config',
      config,
      '--executable-root',
      base,
      '--executable-root',
      '.',
      '--config-root',
      base,
      '--state-dir',
      'rel/state',
      '--on-exit',
      'drain',
      '--orphans',
      'adopt',
    ];
    const more = [
      '--log-level',
      'debug',
      '--log-file',
      'rel/host.log',
      '--allowed-host',
      'plant',
      '--cors-origin',
      'http://x',
      '--advertise-url',
      'http://coredinator.plant:8000/',
      '--inspector-url',
      'http://127.0.0.1:4000/inspect',
      '--name',
      ' Plant 7 ',
    ];
    const tokens = ['--token-file', file('full', `${TOKEN}\n`), '--read-token-file', file('read', ` ${OTHER} \n`)];
    expect(served([...argv, ...more, ...tokens])).to.deep.equal({
      name: 'Plant 7',
      basePath: base,
      stateDir: join(process.cwd(), 'rel/state'),
      configFile: config,
      configRoot: base,
      executableRoots: [base, process.cwd()],
      place: { type: 'tcp', host: '::1', port: 0 },
      tls: null,
      onExit: 'drain',
      orphans: 'adopt',
      engine: null,
      access: {
        full: { type: 'file', source: '--token-file', path: join(base, 'full') },
        readOnly: { type: 'file', source: '--read-token-file', path: join(base, 'read') },
      },
      allowedHosts: ['plant'],
      corsOrigins: ['http://x'],
      advertiseUrl: 'http://coredinator.plant:8000',
      inspectorUrl: 'http://127.0.0.1:4000/inspect',
      logLevel: 'debug',
      logFile: join(process.cwd(), 'rel/host.log'),
    });
  });

  it('leave the coredinator.yaml of the base path to be found if no other file is given', () => {
    file('coredinator.yaml', '');
    expect(served().configFile).to.equal(null);
    const other = file('other.yaml', '');
    expect(served(['--config', other]).configFile).to.equal(other);
  });

  it('can come from the environment, including the base path', () => {
    const line = parseServeOptions([], { COREDINATOR_BASE_PATH: base, COREDINATOR_PORT: '7000' });
    expect(line).to.have.nested.include({ type: 'serve', 'options.basePath': base, 'options.place.port': 7000 });
  });

  for (const url of ['coredinator.plant:8000', 'unix:/run/host', 'http://user:word@plant', 'http://plant/?a=b', '']) {
    it(`reject an API at "${url}"`, () => {
      expect(refused(['--base-path', base, '--advertise-url', url]))
        .to.contain(`--advertise-url: "${url}" is not the URL of an API`)
        .and.to.contain('http://coredinator.plant:8000');
    });
  }

  for (const url of ['stately.ai/inspect', 'ftp://plant/', 'javascript:alert(1)', 'https://user:word@plant/', '']) {
    it(`reject an inspector at "${url}"`, () => {
      expect(refused(['--base-path', base, '--inspector-url', url]))
        .to.contain(`--inspector-url: "${url}" is not the URL of a page`)
        .and.to.contain('http://127.0.0.1:4000/inspect');
    });
  }

  for (const name of ['a\nb', '\u001b[31mred', '\u202egnp', 'x'.repeat(65), '   ']) {
    it(`reject the name ${JSON.stringify(name)}`, () => {
      expect(refused(['--base-path', base, '--name', name]))
        .to.contain(`--name: ${JSON.stringify(name)} is not a name`)
        .and.to.contain('such as "Plant 7"');
    });
  }

  it('name the variable when its value is wrong', () => {
    expect(refused(['--base-path', base], { COREDINATOR_PORT: 'x' })).to.match(
      /^error: COREDINATOR_PORT: "x" is not a port/,
    );
  });

  it('require a base path that is a folder', () => {
    expect(refused([])).to.contain('--base-path is required');
    expect(refused(['--base-path', join(base, 'none')])).to.contain(`"${join(base, 'none')}" does not exist`);
    expect(refused(['--base-path', file('plain', '')])).to.contain('is not a folder');
    expect(refused(['--base-path', join(base, 'plain', 'below')])).to.contain('--base-path');
  });

  it('require that a given configuration file exists', () => {
    const missing = join(base, 'none.yaml');
    expect(refused(['--base-path', base, '--config', missing])).to.contain(`--config: "${missing}" does not exist`);
    expect(refused(['--base-path', base, '--config', base])).to.contain('is a folder');
  });

  it('require a usable state folder and log file', () => {
    expect(refused(['--base-path', base, '--state-dir', file('plain', '')])).to.contain('--state-dir');
    mkdirSync(join(base, 'log'));
    expect(refused(['--base-path', base, '--log-file', join(base, 'log')])).to.contain('--log-file');
  });

  for (const option of ['--token-file', '--read-token-file']) {
    it(`require a ${option} with a token of at least 16 characters, and do not print it`, () => {
      const none = refused(['--base-path', base, option, join(base, 'none')]);
      expect(none).to.contain(option).and.to.contain('cannot read the token').and.to.contain('; correct the path');
      expect(refused(['--base-path', base, option, file('empty', ' \n')])).to.contain('contains no token');
      expect(refused(['--base-path', base, option, file('long', `${TOKEN} more`)])).to.contain('no header can carry');
      const short = refused(['--base-path', base, option, file('short', 'secret7890abcde\n')]);
      expect(short).to.contain(option).and.to.contain('too short').and.to.contain('16').and.not.to.contain('secret');
    });
  }

  it('take the full token from COREDINATOR_TOKEN, but prefer a file', () => {
    const env = { COREDINATOR_TOKEN: TOKEN };
    expect(served([], env).access).to.deep.equal({
      full: { type: 'value', tokens: [{ token: TOKEN, name: null }] },
      readOnly: null,
    });
    expect(served(['--token-file', file('full', OTHER)], env).access.full).to.include({ type: 'file' });
    expect(refused(['--base-path', base], { COREDINATOR_TOKEN: 'short' })).to.contain('COREDINATOR_TOKEN');
  });

  it('take several tokens from a file, one per line, with comments between them', () => {
    const rotated = file('full', `# until Friday\n${TOKEN}\n\n  ${OTHER}  \r\n`);
    expect(served(['--token-file', rotated]).access.full).to.include({ type: 'file', path: rotated });
    const bad = refused(['--base-path', base, '--token-file', file('bad', `${TOKEN}\nshort`)]);
    expect(bad).to.contain('too short (line 2)');
  });

  it('reject the same token for both', () => {
    const both = ['--token-file', file('full', `${OTHER}\n${TOKEN}`), '--read-token-file', file('read', TOKEN)];
    expect(refused(['--base-path', base, ...both])).to.contain('two different');
  });

  for (const host of ['0.0.0.0', '::', '192.168.0.7', 'plant.example', '128.0.0.1', '127.evil.example']) {
    it(`reject ${host} without a full token`, () => {
      const read = ['--read-token-file', file('read', OTHER)];
      for (const more of [[], read]) {
        expect(refused(['--base-path', base, '--host', host, ...more]))
          .to.contain(host)
          .and.to.contain('--token-file');
      }
      expect(served(['--host', host], { COREDINATOR_TOKEN: TOKEN }).place).to.include({ host });
    });
  }

  for (const host of ['127.0.0.1', '127.0.0.2', 'localhost', '::1', '[::1]']) {
    it(`accept ${host} without a token`, () => {
      expect(served(['--host', host]).access.full).to.equal(null);
    });
  }

  it('accept a Unix socket instead of an address, without a token', () => {
    expect(served(['--listen', 'unix:/run/c.sock'])).to.deep.include({
      place: { type: 'unix', path: '/run/c.sock' },
      access: { full: null, readOnly: null },
    });
    expect(served(['--listen', 'unix:rel.sock']).place).to.include({ path: join(process.cwd(), 'rel.sock') });
  });

  it('reject an address that is invalid, too long, or given twice', () => {
    for (const place of ['/run/c.sock', 'unix:', 'tcp:80']) {
      expect(refused(['--base-path', base, '--listen', place]))
        .to.contain(`--listen: "${place}"`)
        .and.contain('unix:PATH');
    }
    const long = refused(['--base-path', base, '--listen', `unix:/${'x'.repeat(107)}`]);
    expect(long).to.contain('108 bytes').and.to.contain('107');
    for (const more of [
      ['--port', '0'],
      ['--host', '127.0.0.1'],
      ['--tls-key', file('key', '')],
    ]) {
      expect(refused(['--base-path', base, '--listen', 'unix:/run/c.sock', ...more])).to.contain(
        `cannot be combined with ${more[0] ?? ''}`,
      );
    }
  });

  it('accept certificate and key only together', () => {
    const [cert, key] = [file('cert', ''), file('key', '')];
    expect(served(['--tls-cert', cert, '--tls-key', key]).tls).to.deep.equal({ cert, key });
    expect(refused(['--base-path', base, '--tls-cert', cert])).to.contain('add --tls-key');
    expect(refused(['--base-path', base, '--tls-key', key])).to.contain('add --tls-cert');
    const absent = refused(['--base-path', base, '--tls-cert', join(base, 'none'), '--tls-key', key]);
    expect(absent).to.contain('--tls-cert').and.to.contain('does not exist');
  });

  it('print the version of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }; // our own manifest
    expect(parseServeOptions(['--version'], {})).to.deep.equal({ type: 'exit', code: 0, output: `${version}\n` });
  });
});
