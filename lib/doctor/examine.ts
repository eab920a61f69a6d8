import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadConfig, type LoadedConfig } from '../config/spec-source.ts';
import type { EngineName } from '../model/engine.ts';
import { inspectHostLock } from '../store/host-lock.ts';
import { fail, type Check, type DoctorRequest, type Finding, type CheckContext } from './check.ts';
import { CHECKS } from './checks.ts';

/** A finding together with its check. */
export interface CheckResult extends Finding {
  readonly id: string;
  readonly title: string;
  /** The engines whose hosts need what was checked; null: all of them. */
  readonly engines: readonly EngineName[] | null;
}

/** The checks of what a host with that engine needs. */
export function checksFor<T extends Pick<Check, 'engines'>>(engine: EngineName, checks: readonly T[]): readonly T[] {
  return checks.filter(({ engines }) => engines === undefined || engines.includes(engine));
}

/**
 * Runs all checks of the chosen engine in order, else of the configured one (the local one if the configuration cannot be read); `began` is called before each. Changes nothing permanently and does not disturb a running
 * host.
 */
export async function examine(request: DoctorRequest, began: (title: string) => void): Promise<readonly CheckResult[]> {
  const context = await contextOf(request);
  const results: CheckResult[] = [];
  const { config } = context;
  const configured = config instanceof Error ? 'local' : config.effective.engine.type;
  const engine = request.engine ?? configured;
  for (const check of checksFor(engine, CHECKS)) {
    began(check.title);
    results.push({
      id: check.id,
      title: check.title,
      engines: check.engines ?? null,
      ...(await findingOf(check, context)),
    });
  }
  return results;
}

async function findingOf(check: Check, context: CheckContext): Promise<Finding> {
  try {
    return await check.examine(context);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return fail(`The check failed: ${reason}`, 'Check that this user has access to everything in the message.');
  }
}

async function contextOf(request: DoctorRequest): Promise<CheckContext> {
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

async function lockOf(stateDir: string): Promise<Pick<CheckContext, 'lock' | 'lockProblem'>> {
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

/** Every service that was ever launched has an output folder. */
function servicesIn(stateDir: string, config: LoadedConfig | Error): number {
  const logs = join(stateDir, 'logs');
  const launched = new Set(existsSync(logs) ? readdirSync(logs) : []);
  if (!(config instanceof Error)) for (const id of config.effective.services.keys()) launched.add(id);
  return launched.size;
}
