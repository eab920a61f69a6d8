import { openAccess, type OpenAccess } from '../http/access/tokens.ts';
import { listen, type Listening } from '../http/server/listen.ts';
import { StartingResponse } from '../http/server/starting-response.ts';
import { readCertificate } from '../http/server/tls-files.ts';
import type { Log } from '../ports/log.ts';
import { acquireHostLock, type HostLock } from '../store/host-lock.ts';
import { prepareStateFolder, usingStateFolder } from '../store/state-folder.ts';
import type { CleanupStack } from './cleanup-stack.ts';
import type { ServeOptions } from './options.ts';

/** The state directory and the port of a host, which it holds until it exits, and its access control. */
export interface Listener {
  readonly lock: HostLock;
  readonly access: OpenAccess;
  /** Returns 503 until it is opened for the app. */
  readonly startingResponse: StartingResponse;
  readonly listening: Listening;
  /** What is wrong with the token and certificate files, and with the file that names this host, in sentences. */
  problems(): readonly string[];
  /** Reads these files again if they changed. */
  rereadFiles(): void;
}

/**
 * Takes first the lock, then the port, so that a second host or a port in use ends the attempt before anything running
 * is touched.
 */
export async function openListener(
  options: ServeOptions,
  version: string,
  log: Log,
  cleanup: CleanupStack,
): Promise<Listener> {
  const { stateDir } = options;
  const lock = await usingStateFolder(stateDir, async () => {
    await prepareStateFolder(stateDir, log);
    return acquireHostLock(stateDir, { pid: process.pid });
  });
  cleanup.add(() => lock.release());
  const startingResponse = new StartingResponse(version);
  const access = openAccess(options.access, log);
  const certificate = options.tls === null ? null : readCertificate(options.tls, log);
  const listening = await listen(startingResponse, { place: options.place, certificate, version, log });
  cleanup.add(() => listening.close(0));
  await lock.update(listening.url);
  return {
    ...{ lock, access, startingResponse, listening },
    problems: () => [...access.problems(), ...[certificate?.problem() ?? [], lock.problem() ?? []].flat()],
    rereadFiles: () => {
      access.reread();
      certificate?.reread();
    },
  };
}
