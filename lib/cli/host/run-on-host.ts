import type { Client } from '../../client/client.ts';
import type { ProgramIo } from '../output/io.ts';
import { printFailure, failureOf } from './client-errors.ts';
import { hostAccess, type HostLocation } from './connection.ts';
import { presentation, type HostRun } from './context.ts';
import type { HostOptions } from './host-options.ts';
import { similarTo } from './similar-id.ts';
import { exitCodeOfSignal } from './interruption.ts';

/**
 * Runs a command to a host: reports errors of the host and its own, and stops when the program is
 * interrupted.
 */
export async function runOnHost(
  options: HostOptions,
  env: NodeJS.ProcessEnv,
  run: HostRun,
  io: ProgramIo,
): Promise<number> {
  const isJson = options.json === true;
  const interrupted = io.interruption();
  let source: HostLocation['source'] = 'default';
  let client: Client | null = null;
  try {
    const access = hostAccess(options, env)(interrupted);
    ({ source, client } = access);
    const code = await run({ ...io, ...access, ...presentation(io), isJson, interrupted, now: Date.now });
    return interrupted.aborted ? exitCodeOfSignal(interrupted) : code;
  } catch (error) {
    // An aborted request is not a failure of the host.
    if (interrupted.aborted) return exitCodeOfSignal(interrupted);
    const failure = failureOf(error, source);
    if (failure === null) throw error;
    const similar = client === null || isJson ? null : await similarTo(error, client);
    printFailure(io.err, failure, isJson, similar);
    return failure.code;
  }
}
