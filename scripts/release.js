/**
 * Creates a release in the current checkout: `npm run release -- VERSION [--dry-run]`,
 * such as `npm run release -- 0.2.0`.
 *
 * On a clean `main` whose CHANGELOG.md has entries under `## [Unreleased]` it sets the version in package.json and
 * package-lock.json (the host, the OpenAPI document and the client read it from there), dates the section of the
 * changelog and opens a new one, runs the check, packs the tarball, commits and tags. It pushes and publishes nothing.
 * If a step fails, the files are restored. With --dry-run it checks whether everything is ready, prints what it would
 * do and changes nothing. Exits with 0, or with 1 and a message that says what to do.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import semver from 'semver';

const USAGE = 'Usage: npm run release -- VERSION [--dry-run], such as npm run release -- 0.2.0';
const BRANCH = 'main';
const CHANGELOG = 'CHANGELOG.md';
const FILES = ['package.json', 'package-lock.json', CHANGELOG];
const UNRELEASED = '## [Unreleased]';

/** What prevents a release, as sentences that say what to do. */
class ReleaseError extends Error {}

/** Runs a program and returns its output; `shown`: its output is displayed instead. */
function run(program, args, { shown = false } = {}) {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    stdio: shown ? 'inherit' : 'pipe',
  });
  if (status === 0) return stdout;
  const said = shown ? 'see its output above' : (error?.message ?? stderr.trim());
  throw new ReleaseError(`\`${program} ${args.join(' ')}\` failed: ${said}`);
}

const git = (...args) => run('git', args).trim();

function wordsOf(argv) {
  const isDry = argv.includes('--dry-run');
  const [version, ...more] = argv.filter((word) => word !== '--dry-run');
  if (version === undefined || more.length > 0) throw new ReleaseError(USAGE);
  if (semver.valid(version) !== version)
    throw new ReleaseError(`"${version}" is not a version; use three numbers without a "v". ${USAGE}`);
  return { version, isDry };
}

/** The changelog, split at the unreleased section: `notes` is the text under its heading. */
function changelog() {
  const text = readFileSync(CHANGELOG, 'utf8');
  const [before, after] = text.split(`\n${UNRELEASED}\n`);
  if (after === undefined) return { text, notes: null };
  const end = after.search(/^## /m);
  const [notes, rest] = end === -1 ? [after, ''] : [after.slice(0, end), after.slice(end)];
  return { text, before, notes: notes.trim(), rest };
}

/** All reasons why the version cannot be released now, each with its remedy. */
function* obstacles(version, { text, notes }) {
  const branch = git('rev-parse', '--abbrev-ref', 'HEAD');
  if (branch !== BRANCH)
    yield `Releases are created on ${BRANCH}, but this is ${branch}: merge it and run \`git switch ${BRANCH}\`.`;
  const changed = git('status', '--porcelain');
  if (changed !== '')
    yield `There are uncommitted changes; commit them, or stash them with \`git stash -u\`:\n${changed}`;
  const { version: present } = JSON.parse(readFileSync('package.json', 'utf8'));
  if (!semver.gt(version, present))
    yield `${version} is not newer than ${present} in package.json: use a newer version.`;
  if (git('tag', '--list', `v${version}`) !== '')
    yield `The tag v${version} already exists: use another version, or delete the tag with \`git tag -d v${version}\` if it was never pushed.`;
  if (notes === null)
    yield `${CHANGELOG} has no line "${UNRELEASED}": add it above the newest version, with what has changed.`;
  else if (!/^- /m.test(notes))
    yield `${CHANGELOG} has no entry under "${UNRELEASED}": describe there what has changed.`;
  if (text.includes(`\n## [${version}]`))
    yield `${CHANGELOG} already has a section [${version}]: use another version, or rename that section.`;
}

/** Sets version and changelog, checks and packs; returns the name of the tarball. */
function prepare(version, { before, notes, rest }, date) {
  run('npm', ['version', version, '--no-git-tag-version', '--ignore-scripts']);
  writeFileSync(CHANGELOG, `${before}\n${UNRELEASED}\n\n## [${version}] - ${date}\n\n${notes}\n${rest && `\n${rest}`}`);
  run('npm', ['run', 'check'], { shown: true });
  // The scripts of the package (prepare) build what is packed; their output must not be part of the JSON.
  const packed = run('npm', ['pack', '--json', '--foreground-scripts=false']);
  return JSON.parse(packed.slice(packed.search(/^\[$/m)))[0].filename;
}

function release(version, log) {
  const date = new Date().toISOString().slice(0, 10);
  let tarball = null;
  try {
    tarball = prepare(version, log, date);
    git(
      'commit',
      '--quiet',
      '-m',
      `chore(release): ${version}`,
      '-m',
      `Dates what has changed since the last version.`,
      '--',
      ...FILES,
    );
  } catch (error) {
    git('checkout', '--', ...FILES);
    if (tarball !== null) rmSync(tarball, { force: true });
    throw new ReleaseError(
      `${error.message}\nNothing was committed, and ${FILES.join(', ')} were restored. Fix the problem, commit the fix, and run this again.`,
    );
  }
  try {
    git('tag', '-a', `v${version}`, '-m', version);
  } catch (error) {
    throw new ReleaseError(
      `${error.message}\nThe release is committed and ${tarball} is packed; only the tag is missing: \`git tag -a v${version} -m ${version}\`.`,
    );
  }
  return tarball;
}

try {
  const { version, isDry } = wordsOf(process.argv.slice(2));
  const log = changelog();
  const found = [...obstacles(version, log)];
  if (found.length > 0) throw new ReleaseError(found.join('\n'));
  if (isDry) {
    console.log(
      `${version} can be released. It would set ${FILES.join(', ')}, run the check, pack, commit and tag v${version}, with:\n`,
    );
    console.log(log.notes);
  } else {
    const tarball = release(version, log);
    console.log(
      `\n${version} is committed, tagged v${version} and packed as ${tarball}. Nothing was pushed or published yet:`,
    );
    console.log(`  git push origin ${BRANCH} v${version}\n  npm publish ${tarball}`);
  }
} catch (error) {
  if (!(error instanceof ReleaseError)) throw error;
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
}
