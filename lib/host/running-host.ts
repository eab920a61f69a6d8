import { setTimeout as pause } from 'node:timers/promises';
import type { ReloadView } from '../api/schemas/host.ts';
import type { ExitMode, OpenControl } from '../control/control.ts';
import type { Inspector } from '../inspect/inspector.ts';
import type { Adapters } from './adapters.ts';
import type { Listener } from './listener.ts';

/** How long requests under way may go on once the host leaves. */
const HTTP_GRACE_MS = 1_000;

/** How long a crashing host waits for its last fact to be written. */
const CRASH_RECORD_MS = 1_000;

/** A host at work. */
export interface Host {
  /** Where the API answers. */
  readonly url: string;
  /** Ends the host: `drain` takes the services down first, `detach` leaves them running for the next host. */
  close(mode: ExitMode): Promise<void>;
  /** Resolves when a request asks the host to leave. */
  readonly shutdownRequested: Promise<ExitMode>;
  /** Kills what a drain still waits for. */
  killRemaining(): Promise<void>;
  /** Looks at tokens and certificate, reads every configuration file anew and changes what differs; rejects, and changes nothing, when one cannot be used. */
  reload(): Promise<ReloadView>;
  /** Whether it still looks at what it stands on. */
  isLooking(): boolean;
  /** Writes down that a bug nobody caught ends the host; gives up when the store does not answer. */
  crashed(error: Error): Promise<void>;
}

/** What a host at work consists of. */
interface HostContext {
  readonly listener: Listener;
  readonly adapters: Adapters;
  readonly control: OpenControl;
  readonly inspector: Inspector;
}

/** A host whose parts are all open. */
export class RunningHost implements Host {
  readonly #context: HostContext;

  constructor(context: HostContext) {
    this.#context = context;
  }

  get url(): string {
    return this.#context.listener.listening.url;
  }

  get shutdownRequested(): Promise<ExitMode> {
    return this.#context.control.shutdownRequested;
  }

  async close(mode: ExitMode): Promise<void> {
    const { control, inspector, listener, adapters } = this.#context;
    await control.close(mode); // the API answers until nothing changes any more
    adapters.check.close();
    inspector.close();
    adapters.prober.close();
    await adapters.logs.close(); // ends every follow
    await listener.listening.close(HTTP_GRACE_MS);
    await adapters.processes.close();
    await adapters.store.close();
    await listener.lock.release();
  }

  async crashed(error: Error): Promise<void> {
    await Promise.race([this.#context.control.crashed(error), pause(CRASH_RECORD_MS)]);
  }

  reload(): Promise<ReloadView> {
    this.#context.listener.rereadFiles();
    return this.#context.control.reload(false, { correlationId: 'SIGHUP' });
  }

  isLooking(): boolean {
    return this.#context.adapters.check.isLooking();
  }

  async killRemaining(): Promise<void> {
    const { processes } = this.#context.adapters;
    const kill = { signal: 'SIGKILL', graceMs: 0 } as const;
    await Promise.all(processes.live().map((launch) => processes.stop(launch.serviceId, kill)));
  }
}
