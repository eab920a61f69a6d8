import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '../eventually.ts';
import { isAlive } from '../process/alive.ts';
import { frameOf } from '../process/shim-driver.ts';
import { temporaryFolder } from '../temporary.ts';

/** A launch that was alive when its state was stored, and how to recreate it. */
export interface LiveLaunch {
  readonly launchId: string;
  readonly service: string;
  readonly generation: number;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stop: { readonly signal: NodeJS.Signals; readonly graceMs: number };
  readonly isShimAlive: boolean;
}

interface Identity {
  readonly pid: number;
  readonly start: string;
}

/** The shim and the main process of a launch, as in their records. */
export interface MadeLaunch {
  readonly main: Identity;
  readonly shim: Identity;
}

/** Where launches are created, and with which tag. */
export interface LaunchPlace {
  readonly basePath: string;
  readonly stateDir: string;
  readonly instance: string;
}

/** Builds the native shim of 0.1.0, which speaks version 1 of the launch protocol. Throws if it cannot be built. */
function shimOf010(): string {
  const folder = fileURLToPath(new URL('../../fixtures/0.1.0/shim/', import.meta.url));
  const file = join(temporaryFolder(), 'coredinator-shim');
  const sources = readdirSync(folder).filter((name) => name.endsWith('.c'));
  const options = ['-std=gnu11', '-Os', '-o', file];
  const { status, stderr } = spawnSync(process.env['CC'] ?? 'cc', [...options, ...sources], {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`The shim of 0.1.0 cannot be built: ${stderr}`);
  return file;
}

/**
 * Recreates live launches, by launch id, under native shims of 0.1.0 and one launcher, like a host (docs/launch-protocol.md).
 * Their folders must exist, with the request and without a claim.
 */
export async function launchAgain(
  live: readonly LiveLaunch[],
  place: LaunchPlace,
): Promise<ReadonlyMap<string, MadeLaunch>> {
  for (const name of ['exits', 'locks', 'logs']) mkdirSync(join(place.stateDir, name), { recursive: true });
  const launcher = spawn(shimOf010(), ['launcher'], {
    cwd: '/',
    env: {},
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const reported = reportsOf(launcher, live.length);
  for (const launch of live) launcher.stdin.write(orderOf(launch, place));
  const reports = await reported;
  launcher.stdin.end();
  await once(launcher, 'exit');
  return new Map(live.map((launch) => [launch.launchId, madeOf(launch, reports, place)]));
}

function madeOf(
  { launchId, service, isShimAlive }: LiveLaunch,
  reports: ReadonlyMap<string, string>,
  { stateDir }: LaunchPlace,
): MadeLaunch {
  if (reports.get(launchId) !== 'launched') throw new Error(`"${service}" was not launched.`);
  const record = (name: string): Identity =>
    JSON.parse(readFileSync(join(stateDir, 'run', launchId, name), 'utf8')) as Identity; // docs/launch-protocol.md
  const made = { main: record('pid'), shim: record('claim') };
  if (!isShimAlive) process.kill(made.shim.pid, 'SIGKILL');
  return made;
}

function orderOf(launch: LiveLaunch, { basePath, stateDir, instance }: LaunchPlace): Buffer {
  const { launchId, service, generation, command, env, stop } = launch;
  const logs = join(stateDir, 'logs', service);
  mkdirSync(logs, { recursive: true, mode: 0o700 });
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('COREDINATOR_'));
  const variables = Object.entries({
    ...Object.fromEntries(inherited),
    ...env,
    COREDINATOR_INSTANCE: instance,
    COREDINATOR_SERVICE_ID: service,
    COREDINATOR_GENERATION: String(generation),
    COREDINATOR_LAUNCH_ID: launchId,
    COREDINATOR_URL: 'http://127.0.0.1:1',
  });
  return frameOf([
    ...[launchId, join(stateDir, 'run', launchId), join(stateDir, 'exits'), join(stateDir, 'locks', service)],
    ...[join(logs, `${generation}.stdout`), join(logs, `${generation}.stderr`), basePath],
    ...[String(constants.signals[stop.signal]), String(stop.graceMs), '', '', '', ''],
    ...[String(command.length), ...command],
    ...[String(variables.length), ...variables.map(([name, value]) => `${name}=${value}`)],
  ]);
}

/** The reports of the launcher, by launch. */
async function reportsOf(launcher: ChildProcess, count: number): Promise<ReadonlyMap<string, string>> {
  const reports = new Map<string, string>();
  if (launcher.stdout === null || count === 0) return reports;
  for await (const line of createInterface({ input: launcher.stdout })) {
    const { launch, event } = JSON.parse(line) as { launch: string; event: string }; // docs/launch-protocol.md
    reports.set(launch, event);
    if (reports.size === count) break;
  }
  return reports;
}

/** Kills every process that was launched from a state directory, by the spec or by a host; no host may be running. */
export async function endLaunches(stateDir: string): Promise<void> {
  const run = join(stateDir, 'run');
  const pids = readdirSync(run).flatMap((launchId) =>
    ['claim', 'pid'].flatMap((name) => livingIn(join(run, launchId, name))),
  );
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await eventually(() => {
    if (pids.some(isAlive)) throw new Error('a launched process is still alive');
  });
}

/** The pid in a record, if exactly that process is alive. */
function livingIn(file: string): readonly number[] {
  try {
    const { pid, start } = JSON.parse(readFileSync(file, 'utf8')) as Identity; // docs/launch-protocol.md
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return isAlive(pid) && stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] === start ? [pid] : [];
  } catch {
    return []; // the record is missing, or the process has ended
  }
}
