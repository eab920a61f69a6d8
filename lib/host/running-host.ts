import { setTimeout as pause } from 'node:timers/promises';
import type { ReloadView } from '../api/schemas/host.ts';
import type { ExitMode, OpenControl } from '../control/control.ts';
import type { Inspector } from '../inspect/inspector.ts';
import type { Adapters } from './adapters.ts';
import type { Entrance } from './listener.ts';

/** How long requests under way may go on once the host leaves. */
const HTTP_GRACE_MS = 1_000;

/** How long a crashing host waits for its last fact to be written. */
const LAST_WORDS_MS = 1_000;

/** A host at work. */
export interface Host {
  /** Where the API answers. */
  readonly url: string;
  /** Ends the host: `drain` takes the services down first, `detach` leaves them running for the next host. */
  close(mode: ExitMode): Promise<void>;
  /** Resolves when a request asks the host to leave. */
  readonly shutdownAsked: Promise<ExitMode>;
  /** Kills what a drain still waits for. */
  hurry(): Promise<void>;
  /** Looks at tokens and certificate, reads every configuration file anew and changes what differs; rejects, and changes nothing, when one cannot be used. */
  reload(): Promise<ReloadView>;
  /** Writes down that a bug nobody caught ends the host; gives up when the store does not answer. */
  crashed(error: Error): Promise<void>;
}

/** What a host at work consists of. */
interface Parts {
  readonly entrance: Entrance;
  readonly adapters: Adapters;
  readonly control: OpenControl;
  readonly inspector: Inspector;
}

/** A host whose parts are all open. */
export class RunningHost implements Host {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get url(): string {
    return this.#parts.entrance.listening.url;
  }

  get shutdownAsked(): Promise<ExitMode> {
    return this.#parts.control.shutdownRequested;
  }

  async close(mode: ExitMode): Promise<void> {
    const { control, inspector, entrance, adapters } = this.#parts;
    await control.close(mode); // the API answers until nothing changes any more
    inspector.close();
    adapters.prober.close();
    await adapters.logs.close(); // ends every follow
    await entrance.listening.close(HTTP_GRACE_MS);
    await adapters.processes.close();
    await adapters.store.close();
    await entrance.lock.release();
  }

  async crashed(error: Error): Promise<void> {
    await Promise.race([this.#parts.control.crashed(error), pause(LAST_WORDS_MS)]);
  }

  reload(): Promise<ReloadView> {
    this.#parts.entrance.look();
    return this.#parts.control.reload(false, { correlationId: 'SIGHUP' });
  }

  async hurry(): Promise<void> {
    const { processes } = this.#parts.adapters;
    const kill = { signal: 'SIGKILL', graceMs: 0 } as const;
    await Promise.all(processes.live().map((launch) => processes.stop(launch.serviceId, kill)));
  }
}
