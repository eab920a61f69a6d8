import { expect } from 'chai';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { temporaryFolder } from '../../support/temporary.ts';

const script = new URL('../../../scripts/release.js', import.meta.url).pathname;

const CHANGELOG = `# Changelog

## [Unreleased]

### Added

- A thing.

## [0.1.0] - 2026-01-02

- The first.
`;

const GIT_IDENTITY = {
  GIT_AUTHOR_NAME: 'spec',
  GIT_AUTHOR_EMAIL: 'spec@localhost',
  GIT_COMMITTER_NAME: 'spec',
  GIT_COMMITTER_EMAIL: 'spec@localhost',
  GIT_CONFIG_GLOBAL: devNull,
  GIT_CONFIG_SYSTEM: devNull,
};

/** What npm hands on to the programs that it runs would lead the npm of the script to this project. */
const inherited = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
const env = { ...Object.fromEntries(inherited), ...GIT_IDENTITY, npm_config_update_notifier: 'false' };

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A repository with one commit on main, at version 0.1.0. */
class Repository {
  readonly folder = temporaryFolder();

  constructor() {
    const manifest = { name: 'thing', version: '0.1.0', scripts: { check: 'node check.js' } };
    const lock = { name: 'thing', version: '0.1.0', lockfileVersion: 3, packages: { '': manifest } };
    this.write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
    this.write('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
    this.write('check.js', '');
    this.write('.gitignore', '*.tgz\n');
    this.write('CHANGELOG.md', CHANGELOG);
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit();
  }

  #run(program: string, ...args: readonly string[]): Ended {
    return spawnSync(program, args, { cwd: this.folder, encoding: 'utf8', env });
  }

  git(...args: readonly string[]): string {
    const { status, stdout, stderr } = this.#run('git', ...args);
    if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  }

  commit(): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', 'work');
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.folder, name), text);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  versions(): readonly unknown[] {
    const manifest = JSON.parse(this.read('package.json')) as { version: string }; // written above
    const lock = JSON.parse(this.read('package-lock.json')) as {
      version: string;
      packages: Record<string, { version: string }>;
    }; // likewise
    return [manifest.version, lock.version, lock.packages['']?.version];
  }

  release(...args: readonly string[]): Ended {
    return this.#run(process.execPath, script, ...args);
  }

  /** All that a release changes. */
  get state(): readonly unknown[] {
    const { folder } = this;
    return [
      this.git('log', '--format=%s'),
      this.git('tag'),
      this.git('status', '--porcelain'),
      existsSync(join(folder, 'thing-0.2.0.tgz')),
    ];
  }
}

describe('a release', function () {
  this.timeout(30_000);
  let repository: Repository;
  beforeEach(() => {
    repository = new Repository();
  });

  /** Releases in vain: nothing has changed, and the last words say what to do. */
  function refusal(...args: readonly string[]): string {
    const before = repository.state;
    const { status, stderr } = repository.release(...args);
    expect(status).to.equal(1);
    expect(repository.state).to.deep.equal(before);
    return stderr;
  }

  it('sets versions and changelog, commits, tags and packs', () => {
    const today = (): string => new Date().toISOString().slice(0, 10);
    const earliest = today();
    const { status, stdout, stderr } = repository.release('0.2.0');
    expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    expect(stdout).to.contain('git push origin main v0.2.0').and.contain('npm publish thing-0.2.0.tgz');
    expect(repository.state).to.deep.equal(['chore(release): 0.2.0\nwork', 'v0.2.0', '', true]);
    expect(repository.git('rev-parse', 'v0.2.0^{commit}')).to.equal(repository.git('rev-parse', 'HEAD'));
    expect(repository.versions()).to.deep.equal(['0.2.0', '0.2.0', '0.2.0']);
    const date = /^## \[0\.2\.0\] - (.*)$/m.exec(repository.read('CHANGELOG.md'))?.[1];
    expect(date).to.be.oneOf([earliest, today()]);
    const [before, rest] = CHANGELOG.split('## [Unreleased]\n');
    expect(repository.read('CHANGELOG.md')).to.equal(`${before}## [Unreleased]\n\n## [0.2.0] - ${date ?? ''}\n${rest}`);
    const [packed] = JSON.parse(
      spawnSync('npm', ['pack', '--dry-run', '--json'], { cwd: repository.folder, env }).stdout.toString(),
    ) as [{ version: string }]; // what npm says
    expect(packed.version).to.equal('0.2.0');
    expect(refusal('0.3.0')).to.contain('has no entry under "## [Unreleased]": describe there what has changed.');
  });

  it('says with --dry-run what it would do, and does nothing', () => {
    const before = repository.state;
    const { status, stdout } = repository.release('0.2.0', '--dry-run');
    expect(status).to.equal(0);
    expect(stdout).to.contain('0.2.0 can be released').and.contain('- A thing.').and.not.contain('The first');
    expect(repository.state).to.deep.equal(before);
    expect(repository.versions()).to.deep.equal(['0.1.0', '0.1.0', '0.1.0']);
  });

  for (const [words, says] of [
    [[], 'Usage: npm run release -- VERSION'],
    [['0.2.0', '0.3.0'], 'Usage: npm run release -- VERSION'],
    [['v0.2.0'], '"v0.2.0" is not a version; use three numbers without a "v".'],
    [['0.1.0'], '0.1.0 is not newer than 0.1.0 in package.json: use a newer version.'],
  ] as const) {
    it(`wants a newer version, and not "${words.join(' ')}"`, () => {
      expect(refusal(...words)).to.contain(says);
      expect(refusal(...words, '--dry-run')).to.contain(says);
    });
  }

  it('names everything that is in its way', () => {
    repository.write('CHANGELOG.md', CHANGELOG.replace('[Unreleased]', '[0.2.0]'));
    repository.commit();
    repository.git('tag', 'v0.2.0');
    repository.git('switch', '--quiet', '--create', 'topic');
    repository.write('new.js', '');
    const text = refusal('0.2.0');
    for (const remedy of [
      '`git switch main`',
      '`git stash -u`:\n?? new.js',
      '`git tag -d v0.2.0`',
      'has no line "## [Unreleased]": add it',
      'has a section [0.2.0]',
    ]) {
      expect(text).to.contain(remedy);
    }
  });

  it('leaves all as it was when the check fails', () => {
    repository.write('check.js', 'process.exit(3)');
    repository.commit();
    expect(refusal('0.2.0')).to.contain('`npm run check` failed').and.contain('Nothing was committed');
    expect(repository.versions()).to.deep.equal(['0.1.0', '0.1.0', '0.1.0']);
  });

  it('leaves all as it was when git refuses the commit, and packs what prepare has built', () => {
    repository.write('check.js', "console.log('checked')");
    const manifest = JSON.parse(repository.read('package.json')) as { scripts: Record<string, string> }; // written above
    manifest.scripts['prepare'] = 'echo prepared [';
    repository.write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
    repository.commit();
    writeFileSync(join(repository.folder, '.git/hooks/pre-commit'), '#!/bin/sh\necho no >&2\nexit 1\n', {
      mode: 0o755,
    });
    expect(refusal('0.2.0'))
      .to.match(/`git commit .*failed: no/)
      .and.contain('Nothing was committed');
  });
});
