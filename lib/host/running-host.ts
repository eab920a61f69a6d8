import { setTimeout as pause } from 'node:timers/promises';
import type { ReloadView } from '../api/schemas/config.ts';
import type { ExitMode, OpenControl } from '../control/control.ts';
import type { Inspector } from '../inspect/inspector.ts';
import type { Adapters } from './adapters.ts';
import type { HeapKeeper } from './heap.ts';
import type { Listener } from './listener.ts';
import type { OperatorLog } from './operator-log.ts';

/** The time for requests in progress when the host shuts down. */
const HTTP_GRACE_MS = 1_000;

/** How long a crashing host waits until its last event is stored. */
const CRASH_RECORD_MS = 1_000;

/** A running host. */
export interface Host {
  /** The URL of the API. */
  readonly url: string;
  /** Shuts the host down: `drain` stops the services first, `detach` leaves them running for the next host. */
  close(mode: ExitMode): Promise<void>;
  /** Resolves when a request tells the host to shut down. */
  readonly shutdownRequested: Promise<ExitMode>;
  /** Kills the processes for which a drain is still waiting. */
  killRemaining(): Promise<void>;
  /**
   * Reads tokens, certificate and all configuration files again and applies what changed; rejects, and changes nothing,
   * if a configuration file cannot be used.
   */
  reload(): Promise<ReloadView>;
  /** Whether it still checks its state directory and the other files that it needs. */
  isLooking(): boolean;
  /** Records that the host ends because of an uncaught error; gives up if the store does not respond. */
  crashed(error: Error): Promise<void>;
}

/** The parts of a running host. */
interface HostContext {
  readonly listener: Listener;
  readonly adapters: Adapters;
  readonly control: OpenControl;
  readonly inspector: Inspector;
  readonly operatorLog: OperatorLog;
  readonly heap: HeapKeeper;
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
    const { control, inspector, listener, adapters, operatorLog, heap } = this.#context;
    await control.close(mode); // the API responds until the last change
    heap.close(); // it watches again with each change
    await operatorLog.close();
    adapters.check.close();
    inspector.close();
    adapters.prober.close();
    await adapters.logs.close(); // ends followed logs
    await listener.listening.close(HTTP_GRACE_MS);
    await adapters.engine.close();
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
    const { processes } = this.#context.adapters.engine;
    const kill = { signal: 'SIGKILL', graceMs: 0 } as const;
    await Promise.all(processes.live().map((launch) => processes.stop(launch.serviceId, kill)));
  }
}
