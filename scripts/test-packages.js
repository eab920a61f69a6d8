/**
 * Installs the programs that specs supervise as real services (spec/large/real-services.spec.ts), the browser in
 * which they open the pages of the host, and python3, which gives them terminals, if they are missing and this is a Debian with permission to install: root, or
 * sudo without a password. Their system services are neither started nor enabled. It always exits with 0 and a message:
 * without the programs their specs are skipped.
 * Usage: node scripts/test-packages.js; with SKIP_TEST_PACKAGES=1 in the environment it installs nothing.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** By Debian package. */
const PROGRAMS = {
  'redis-server': ['redis-server', 'redis-cli'],
  nginx: ['nginx'],
  python3: ['python3'],
};
/** Programs and packages of which one is enough, the best first; not every system has that. */
const BROWSERS = ['chromium-headless-shell', 'chromium'];
/** The parts of the script have their own limits; this is for unforeseen cases. */
const LIMIT_MS = 30 * 60_000;

/** Daemons are not in the PATH of every user. */
const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];

function isInstalled(program) {
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return folder !== '';
    } catch {
      return false; // not in this folder
    }
  });
}

/** The prefix of a command that makes root run it; null if this user may not. */
function asRoot() {
  if (process.getuid() === 0) return [];
  const { status } = spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore', timeout: 10_000 });
  return status === 0 ? ['sudo', '-n'] : null;
}

function say(text) {
  console.log(`coredinator: ${text}`);
}

/** Tries one list of packages after the other until one can be installed. */
function install(lists) {
  const [packages, ...others] = lists;
  const names = packages.join(', ');
  const without = (reason) => say(`${names} cannot be installed (${reason}), so the specs that need them are skipped.`);
  if (process.env.SKIP_TEST_PACKAGES) return without('SKIP_TEST_PACKAGES is set');
  if (process.platform !== 'linux' || !isInstalled('apt-get')) return without('apt-get is not available');
  const root = asRoot();
  if (root === null) return without('this requires root, or sudo without a password');
  say(`installing ${names} from the system's packages, for the specs; their system services are not started.`);
  const [command, ...args] = [...root, 'sh', join(import.meta.dirname, 'test-packages.sh'), ...packages];
  const options = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: LIMIT_MS };
  const { status, stdout, error } = spawnSync(command, args, options);
  const said = (stdout ?? '').trim();
  if (status !== 0 && others.length > 0) return install(others);
  if (status !== 0) return without(error?.message ?? (said || `status ${status}`));
  if (said !== '') say(`${said.replaceAll('\n', '; ')}.`);
}

try {
  const missing = Object.entries(PROGRAMS).filter(([, programs]) => !programs.every(isInstalled));
  const names = missing.map(([name]) => name);
  if (!BROWSERS.some(isInstalled)) install(BROWSERS.map((browser) => [...names, browser]));
  else if (names.length > 0) install([names]);
} catch (error) {
  say(`specs may be skipped: ${error instanceof Error ? error.message : error}`);
}
