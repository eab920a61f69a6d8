import { ok, skipped, warn, type Check, type Finding } from '../check.ts';
import { hardLimit } from './proc-limits.ts';

/** The database, the log, pipes of the launcher, and the connections of the API (lib/http/server/listen.ts takes 1,000 at most). */
const FOR_THE_HOST = 1_100;
/** The pipe of the shim; the output for a probe or a reader; a connection of a probe; one to spare for a launch. */
const FOR_EACH_SERVICE = 4;

/** Judges the hard limit (Node raises the soft one to it) for a number of services; null: no limit. */
export function judgeOpenFiles(limit: number | null, services: number): Finding {
  if (limit === null) return ok('There is no limit on open files.');
  const needed = FOR_THE_HOST + FOR_EACH_SERVICE * services;
  const room = Math.floor((limit - FOR_THE_HOST) / FOR_EACH_SERVICE);
  if (limit >= needed) return ok(`At most ${limit} open files: enough for ${room} services (there are ${services}).`);
  return warn(
    `At most ${limit} open files, and ${services} services may need ${needed} in a busy moment.`,
    `Raise it: LimitNOFILE=${Math.max(65_536, needed)} in the unit, or \`ulimit -Hn\` in the shell that starts the host.`,
  );
}

/** Whether a host may open as many files as its services need. */
export const openFiles: Check = {
  id: 'open_files',
  title: 'Open files',
  examine: ({ services }) => {
    if (process.platform !== 'linux') return skipped(`Not checked on ${process.platform}.`);
    return judgeOpenFiles(hardLimit('Max open files'), services);
  },
};
