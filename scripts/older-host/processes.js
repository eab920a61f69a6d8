import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The start time of a process as in its records; null if there is none, or if it is a zombie. */
export function startOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? null : fields[19];
  } catch {
    return null; // it ended
  }
}

/** The launcher of a host; null: it has not launched anything yet. */
export function launcherOf(host) {
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'latin1');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      if (parent === host.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('\0launcher\0'))
        return Number(name);
    } catch {
      continue; // it ended
    }
  }
  return null;
}

function recordOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null; // not written yet, or removed
  }
}

/** The launches with a folder, with shim and main process if they are known and alive. */
export function launches(stateDir) {
  const run = join(stateDir, 'run');
  return readdirSync(run)
    .filter((name) => !name.startsWith('.'))
    .map((launchId) => {
      const [request, claim, main] = ['request', 'claim', 'pid'].map((name) => recordOf(join(run, launchId, name)));
      const living = (record) => (record?.pid && startOf(record.pid) === record.start ? record.pid : null);
      const { service = null, generation = null } = request ?? {};
      return { launchId, service, generation, shim: living(claim), main: living(main) };
    });
}

/** The live launch of a service. */
export function liveLaunch(stateDir, service) {
  return launches(stateDir).find((launch) => launch.service === service && launch.main !== null) ?? null;
}

/** Kills everything that was launched from a state directory. */
export function killAll(stateDir) {
  for (const { shim, main } of launches(stateDir)) {
    for (const pid of [shim, main]) if (pid !== null) process.kill(pid, 'SIGKILL');
  }
}
