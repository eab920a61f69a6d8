// The shim in plain Node: the parent of one service where the native shim does not run (docs/launch-protocol.md). No dependencies; Node >= 20.19.
//
//   node shim.mjs LAUNCH RUN_DIR EXITS_DIR CWD PROGRAM [ARGUMENT...]
//
// Standard output and error are the log files, descriptor 3 is the report pipe, the environment is the program's own.
//
// What Node cannot do: hold a lock, keep daemons in its tree, set limits (the host refuses a launch that has any;
// the program inherits the raised soft limit of open files).
import { execFileSync, spawn } from 'node:child_process';
import {
  accessSync,
  closeSync,
  constants,
  linkSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants as os } from 'node:os';
import { join } from 'node:path';

const REPORT_FD = 3;
const [launch, runDir, exitsDir, cwd, program, ...args] = process.argv.slice(2);

/** Signals to this group are meant for the service; this process stays to record how that ends. */
function surviveSignals() {
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2', 'SIGBREAK', 'SIGALRM']) {
    process.on(signal, () => undefined);
  }
}

/** The files say the same, so it does no harm if the host is gone. */
function report(fields) {
  try {
    writeSync(REPORT_FD, `${JSON.stringify({ launch, ...fields })}\n`);
    closeSync(REPORT_FD);
  } catch (error) {
    if (!['EPIPE', 'EBADF', 'EAGAIN', 'EOF', 'ECONNRESET'].includes(error.code)) throw error;
  }
}

function refuse(step, error) {
  report({ event: 'refused', step, errno: errnoOf(error) });
  process.exit(0);
}

/** The system's error number; libuv has its own numbers on Windows. */
function errnoOf(error) {
  return os.errno[error.code] ?? Math.abs(error.errno ?? os.errno.EIO);
}

/** The start time of a process, in a form that never changes: see `start` in the protocol. */
function startOf(pid) {
  if (process.platform === 'win32') return '';
  if (process.platform !== 'linux') {
    const env = { ...process.env, LC_ALL: 'C' };
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env }).trim();
  }
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** Like {@link startOf}, but empty for a process that ended before it could be read. */
function startIfAlive(pid) {
  try {
    return startOf(pid);
  } catch {
    return ''; // gone; its exit record follows
  }
}

function bootId() {
  return process.platform === 'linux' ? readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim() : '';
}

/** Writes a record under a name that readers ignore, then links (throws EEXIST) or renames it. */
function put(dir, name, record, publish) {
  const hidden = join(dir, `.${name}.${process.pid}`);
  writeFileSync(hidden, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  try {
    publish(hidden, join(dir, name));
  } finally {
    if (publish === linkSync) unlinkSync(hidden);
  }
}

function claim() {
  const identity = { pid: process.pid, start: startOf(process.pid), boot: bootId() };
  put(runDir, 'claim', { protocol: 1, launch, owner: 'shim', shim: 'node', ...identity }, linkSync);
}

/** A full disk may be cleared; a late record is better than none. */
function putExit(exit, patience = 50) {
  const record = { launch, ...exit, core: 0, end: Date.now() };
  try {
    put(exitsDir, launch, record, renameSync);
  } catch (error) {
    if (patience === 0) throw error;
    setTimeout(() => putExit(exit, patience - 1), 200);
  }
}

function refuseProgram(step, error) {
  putExit({ pid: 0, code: 127, signal: null, exec_errno: errnoOf(error), step }, 0);
  refuse(step, error);
}

function tried(step, action, refusal = refuse) {
  try {
    return action();
  } catch (error) {
    return refusal(step, error);
  }
}

/** Checked here, because a failed spawn reports ENOENT both for the program and for its working directory. */
function checkWorkingDirectory() {
  if (!statSync(cwd).isDirectory()) throw Object.assign(new Error(`${cwd} is not a directory`), { code: 'ENOTDIR' });
  accessSync(cwd, constants.X_OK);
}

function run() {
  const child = spawn(program, args, {
    cwd,
    detached: true,
    windowsHide: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  child.once('error', (error) => refuseProgram('exec', error));
  child.once('spawn', () => {
    const start = startIfAlive(child.pid);
    try {
      put(runDir, 'pid', { launch, pid: child.pid, start }, renameSync);
      report({ event: 'launched', pid: child.pid, start, shim: process.pid, shim_start: startOf(process.pid) });
    } catch (error) {
      child.kill('SIGKILL'); // it could never be found again
      report({ event: 'refused', step: 'dir', errno: errnoOf(error) });
    }
  });
  child.once('exit', (code, signal) => {
    putExit({ pid: child.pid, code, signal: signal === null ? null : os.signals[signal], exec_errno: 0 });
  });
}

surviveSignals();
tried('dir', () => [runDir, exitsDir].forEach((dir) => statSync(dir)));
tried('claim', claim);
tried('cwd', checkWorkingDirectory, refuseProgram);
tried('exec', run, refuseProgram);
