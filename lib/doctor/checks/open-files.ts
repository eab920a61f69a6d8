import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import { hardLimit } from './proc-limits.ts';

/**
 * The database, the log, the pipes of the launcher, and the connections of the API (lib/http/server/listen.ts accepts
 * at most 1,000).
 */
const HOST_FILES = 1_100;
/**
 * The pipe of the shim, the two FIFOs of its output, the output for a probe or a reader, a connection of a probe, and one
 * spare for a launch.
 */
const FILES_PER_SERVICE = 6;

/** Checks the hard limit (Node raises the soft limit to it) for a number of services; null: no limit. */
export function judgeOpenFiles(limit: number | null, services: number): Finding {
  if (limit === null) return ok('There is no limit on open files.');
  const needed = HOST_FILES + FILES_PER_SERVICE * services;
  const capacity = Math.floor((limit - HOST_FILES) / FILES_PER_SERVICE);
  if (limit >= needed)
    return ok(`The limit is ${limit} open files, enough for ${capacity} services (there are ${services}).`);
  return warn(
    `The limit is ${limit} open files, but ${services} services may need up to ${needed}.`,
    `Raise it: LimitNOFILE=${Math.max(65_536, needed)} in the unit, or \`ulimit -Hn\` in the shell that starts the host.`,
  );
}

/** Whether a host may open enough files for its services. */
export const openFiles: Check = {
  id: 'open_files',
  title: 'Open files',
  engines: ['local'],
  examine: ({ services }) => {
    if (process.platform !== 'linux') return skipped(`Not checked on ${process.platform}.`);
    return judgeOpenFiles(hardLimit('Max open files'), services);
  },
};
