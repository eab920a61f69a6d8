import type { ProgramIo } from '../output/io.ts';
import { printFailure, failureOf } from './client-errors.ts';
import { hostAccess, type HostLocation } from './connection.ts';
import { presentation, type HostRun } from './context.ts';
import type { HostOptions } from './host-options.ts';
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
  try {
    const access = hostAccess(options, env)(interrupted);
    source = access.source;
    const code = await run({ ...io, ...access, ...presentation(io), isJson, interrupted, now: Date.now });
    return interrupted.aborted ? exitCodeOfSignal(interrupted) : code;
  } catch (error) {
    // An aborted request is not a failure of the host.
    if (interrupted.aborted) return exitCodeOfSignal(interrupted);
    const failure = failureOf(error, source);
    if (failure === null) throw error;
    printFailure(io.err, failure, isJson);
    return failure.code;
  }
}
