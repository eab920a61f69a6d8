import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig, type LoadedConfig } from '../config/spec-source.ts';
import { inspectHostLock } from '../store/host-lock.ts';
import { fail, type Check, type DoctorRequest, type Finding, type Patient } from './check.ts';
import { CHECKS } from './checks.ts';

/** A finding with the check that it is of. */
export interface CheckResult extends Finding {
  readonly id: string;
  readonly title: string;
}

/** Runs every check, one after the other; `began` is told of each. Changes nothing that stays, and disturbs no host that runs. */
export async function examine(request: DoctorRequest, began: (title: string) => void): Promise<readonly CheckResult[]> {
  const patient = await patientOf(request);
  const results: CheckResult[] = [];
  for (const check of CHECKS) {
    began(check.title);
    results.push({ id: check.id, title: check.title, ...(await findingOf(check, patient)) });
  }
  return results;
}

async function findingOf(check: Check, patient: Patient): Promise<Finding> {
  try {
    return await check.examine(patient);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`This could not be checked: ${reason}`, 'Check that this user may access what the message names.');
  }
}

async function patientOf(request: DoctorRequest): Promise<Patient> {
  const { basePath, configFile, stateDir, env } = request;
  const options = { basePath, configFile, workingDirectory: process.cwd(), env };
  const config = await loadConfig(options).catch((error: unknown) => {
    return error instanceof Error ? error : new Error(String(error));
  });
  return {
    ...request,
    stateFolder: nearestFolder(stateDir),
    ...(await lockOf(stateDir)),
    config,
    services: servicesIn(stateDir, config),
  };
}

async function lockOf(stateDir: string): Promise<Pick<Patient, 'lock' | 'lockProblem'>> {
  try {
    return { lock: await inspectHostLock(stateDir), lockProblem: null };
  } catch (error) {
    const lock = { isHeld: false, pid: null, url: null };
    return { lock, lockProblem: error instanceof Error ? error.message : String(error) };
  }
}

function nearestFolder(path: string): string {
  return existsSync(path) || dirname(path) === path ? path : nearestFolder(dirname(path));
}

/** Every service that was ever launched has a folder of its output. */
function servicesIn(stateDir: string, config: LoadedConfig | Error): number {
  const logs = join(stateDir, 'logs');
  const launched = new Set(existsSync(logs) ? readdirSync(logs) : []);
  if (!(config instanceof Error)) for (const id of config.effective.services.keys()) launched.add(id);
  return launched.size;
}
