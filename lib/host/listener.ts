import { openAccess, type OpenAccess } from '../http/access/tokens.ts';
import { listen, type Listening } from '../http/server/listen.ts';
import { Gate } from '../http/server/starting-response.ts';
import { readCertificate } from '../http/server/tls-files.ts';
import type { Log } from '../ports/log.ts';
import { acquireHostLock, type HostLock } from '../store/host-lock.ts';
import { prepareStateFolder } from '../store/state-folder.ts';
import type { Undo } from './cleanup-stack.ts';
import type { ServeOptions } from './options.ts';

/** The state directory and the port of a host, which it holds for life, and who may come in. */
export interface Entrance {
  readonly lock: HostLock;
  readonly access: OpenAccess;
  /** Answers until it is opened for the app. */
  readonly gate: Gate;
  readonly listening: Listening;
  /** What is wrong with the files of tokens and certificate, in sentences that name no path. */
  troubles(): readonly string[];
  /** Looks at these files now. */
  look(): void;
}

/**
 * The lock comes first, then the port, so that a second host or a taken port ends the attempt before anything that runs is
 * touched.
 */
export async function openEntrance(options: ServeOptions, version: string, log: Log, undo: Undo): Promise<Entrance> {
  await prepareStateFolder(options.stateDir, log);
  const lock = await acquireHostLock(options.stateDir, { pid: process.pid });
  undo.add(() => lock.release());
  const gate = new Gate(version);
  const access = openAccess(options.access, log);
  const certificate = options.tls === null ? null : readCertificate(options.tls, log);
  const listening = await listen(gate, { place: options.place, certificate, version, log });
  undo.add(() => listening.close(0));
  await lock.update(listening.url);
  return {
    ...{ lock, access, gate, listening },
    troubles: () => [...access.troubles(), ...[certificate?.trouble() ?? []].flat()],
    look: () => {
      access.look();
      certificate?.look();
    },
  };
}
