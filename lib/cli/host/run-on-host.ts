import type { ProgramIo } from '../output/io.ts';
import { complain, complaintOf } from './client-errors.ts';
import { hostAccess, type HostPlace } from './connection.ts';
import { presentation, type HostRun } from './context.ts';
import type { HostOptions } from './host-options.ts';
import { exitCodeOfSignal } from './interruption.ts';

/**
 * Runs a command to a host: it says in the words of the host, or in its own, what went wrong, and ends by the signal that ends the
 * program.
 */
export async function runOnHost(
  options: HostOptions,
  env: NodeJS.ProcessEnv,
  run: HostRun,
  io: ProgramIo,
): Promise<number> {
  const isJson = options.json === true;
  const interrupted = io.interruption();
  let source: HostPlace['source'] = 'default';
  try {
    const access = hostAccess(options, env)(interrupted);
    source = access.source;
    const code = await run({ ...io, ...access, ...presentation(io), isJson, interrupted, now: Date.now });
    return interrupted.aborted ? exitCodeOfSignal(interrupted) : code;
  } catch (error) {
    // A request that was cut short is no fault of the host.
    if (interrupted.aborted) return exitCodeOfSignal(interrupted);
    const complaint = complaintOf(error, source);
    if (complaint === null) throw error;
    complain(io.err, complaint, isJson);
    return complaint.code;
  }
}
