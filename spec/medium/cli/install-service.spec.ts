import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { installService, type InstallRequest, type SystemdPlaces } from '../../../lib/cli/systemd/install.ts';
import { KeptText, runCommand, type CommandEnd } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const ANALYZE = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('coredinator install-service', () => {
  let base: string;

  beforeEach(() => {
    base = join(temporaryFolder(), 'the $plant, 100%');
    mkdirSync(base);
  });

  function printed(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandEnd> {
    return runCommand(['install-service', '--print', '--base-path', base, ...argv], env);
  }

  function execStart({ output }: CommandEnd): string {
    return /^ExecStart=(.*)$/m.exec(output)?.[1] ?? '';
  }

  it('prints a unit with this Node, this program, and absolute paths', async () => {
    const end = await printed(['--system']);
    expect([end.code, end.errors]).to.deep.equal([0, '']);
    const path = base.replaceAll('%', '%%').replaceAll('$', '$$$$');
    expect(execStart(end))
      .to.match(/^\S+ \S+\/lib\/main\.ts serve --base-path "/)
      .and.contain(`"${path}"`);
    expect(end.output).to.contain(`WorkingDirectory=${base.replaceAll('%', '%%')}\n`);
    expect(end.output).to.contain(`User=${process.getuid?.() === 0 ? 'root' : ''}`);
  });

  it('writes every given option, also from the environment, and never a token', async () => {
    writeFileSync(join(base, 'token'), 'a-token-of-22-letters!');
    const argv = ['--system', '--host=0.0.0.0', '--allowed-host', 'a', '--allowed-host', 'b', '--token-file'];
    const env = { COREDINATOR_TOKEN: 'another-token-23456789', COREDINATOR_LOG_LEVEL: 'debug' };
    const end = await printed([...argv, join(base, 'token')], env);
    for (const words of [
      '--host 0.0.0.0',
      '--allowed-host a --allowed-host b',
      '--log-level debug',
      '--token-file "',
    ]) {
      expect(execStart(end)).to.contain(words);
    }
    expect(end.output).to.not.contain('another-token');
    const refused = await printed(['--host', '0.0.0.0'], env);
    expect([refused.code, refused.errors]).to.satisfy(([code, text]: [number, string]) => {
      return code === 2 && text.includes('--token-file');
    });
  });

  it('writes deprecated options under their current names, and warns', async () => {
    for (const [argv, env, old] of [
      [['--strays', 'kill'], {}, '--strays'],
      [[], { COREDINATOR_STRAYS: 'kill' }, 'COREDINATOR_STRAYS'],
    ] as const) {
      const end = await printed(['--system', ...argv], env);
      expect(end.code).to.equal(0);
      expect(execStart(end)).to.contain('--orphans kill').and.not.contain('strays');
      expect(end.errors).to.match(new RegExp(`^warning: ${old} is deprecated; use \\S+\\n$`));
    }
  });

  it('takes the name of the host as --host-name or from the environment, because --name is that of the unit', async () => {
    const named = await printed(['--name', 'second', '--host-name', 'Plant 7']);
    expect(execStart(named)).to.contain('--name "Plant 7"').and.not.contain('second');
    expect(execStart(await printed([], { COREDINATOR_NAME: 'mixer' }))).to.contain('--name mixer');
  });

  it('writes the absolute path of a Unix socket', async () => {
    expect(execStart(await printed(['--listen', 'unix:host.sock']))).to.contain(
      `--listen unix:${process.cwd()}/host.sock`,
    );
  });

  for (const scope of ['--system', '--user']) {
    it(`prints a unit with ${scope} that systemd understands to the last line`, async function () {
      if (!ANALYZE) this.skip();
      this.timeout(20_000);
      const file = join(temporaryFolder(), 'coredinator.service');
      writeFileSync(file, (await printed([scope, '--on-exit', 'drain'])).output);
      const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', scope, file], {
        encoding: 'utf8',
        env: { ...process.env, XDG_RUNTIME_DIR: temporaryFolder() },
      });
      const about = `${stdout}${stderr}`.split('\n').filter((line) => line.includes('coredinator'));
      expect([status, about]).to.deep.equal([0, []]);
    });
  }

  for (const [argv, words] of [
    [['--user', '--system'], "cannot be used with option '--user'"],
    [['--user', '--run-as', 'root'], '--run-as'],
    [['--name', '../x'], '--name: "../x"'],
    [['--host-name', 'a\nb'], '--host-name: "a\\nb" is not a name'],
    [['--port', 'http'], '--port: "http" is not a port'],
    [['--log-file', 'a\nb'], 'control character'],
  ] as const) {
    it(`rejects ${argv.join(' ')} with exit code 2`, async () => {
      const { code, errors } = await printed(argv);
      expect(code).to.equal(2);
      expect(errors).to.contain(words);
    });
  }

  describe('writing', () => {
    let places: SystemdPlaces;

    beforeEach(() => {
      const root = temporaryFolder();
      places = { booted: root, system: join(root, 'system'), user: join(root, 'user') };
    });

    function install(request: Partial<InstallRequest> = {}, where = places): CommandEnd {
      const args = ['--base-path', base];
      const whole = {
        scope: 'system',
        name: 'coredinator',
        isPrint: false,
        isForced: false,
        runAs: null,
        args,
      } as const;
      const [out, err] = [new KeptText(), new KeptText()];
      const paths = { basePath: base, stateDir: join(base, '.coredinator'), onExit: 'detach' } as const;
      const code = installService({ ...whole, ...paths, ...request }, { env: {}, out, err }, where);
      return { code, output: out.text, errors: err.text };
    }

    it('puts the unit where systemd looks for it, and prints the next steps', () => {
      const { code, output } = install();
      expect(code).to.equal(0);
      expect(output).to.contain(join(places.system, 'coredinator.service')).and.contain('systemctl daemon-reload');
      expect(output).to.contain('systemctl enable --now coredinator\n');
      expect(readdirSync(places.system)).to.deep.equal(['coredinator.service']);
      expect(statSync(join(places.system, 'coredinator.service')).mode & 0o777).to.equal(0o644);
      const own = install({ scope: 'user', name: 'second' }).output;
      expect(own).to.contain(join(places.user, 'second.service')).and.contain('enable-linger');
      expect(own).to.contain('systemctl --user enable --now second\n');
    });

    it('replaces a different unit only with --force', () => {
      install();
      const file = join(places.system, 'coredinator.service');
      expect(install()).to.include({ code: 0 }).and.have.property('output').that.contains('Unchanged');
      const refused = install({ onExit: 'drain' });
      expect(refused.code).to.equal(1);
      expect(refused.errors).to.contain(file).and.contain('--force');
      expect(readFileSync(file, 'utf8')).to.not.contain('TimeoutStopSec');
      expect(install({ onExit: 'drain', isForced: true }).code).to.equal(0);
      expect(readFileSync(file, 'utf8')).to.contain('TimeoutStopSec=infinity');
    });

    it('says what to do on a machine without systemd', () => {
      const nowhere = { ...places, booted: join(places.booted, 'no') };
      const { code, errors } = install({}, nowhere);
      expect(code).to.equal(1);
      expect(errors).to.contain('does not use systemd').and.contain('--print');
      expect(install({ isPrint: true }, nowhere).code).to.equal(0);
    });

    it('says what to do if it may not write', () => {
      writeFileSync(places.system, 'no folder');
      const { code, errors } = install();
      expect(code).to.equal(1);
      expect(errors).to.contain('cannot be written').and.contain('--user');
    });
  });
});
