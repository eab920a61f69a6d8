import type { ServiceId } from '../model/values/ids.ts';
import type { Log } from '../ports/log.ts';
import type { LogLayout } from '../launching/log-layout.ts';
import type { ActiveReaders } from './active-readers.ts';
import type { ReleasedOffsets } from './plain/released-offsets.ts';

/** Shared by all readers and the sweep of one state directory. */
export interface LogContext {
  readonly layout: LogLayout;
  readonly releasedOffsets: ReleasedOffsets;
  readonly activeReaders: ActiveReaders;
  readonly log: Log;
  /** Whether the main process of that launch has ended. */
  readonly hasEnded: (serviceId: ServiceId, generation: number) => boolean;
}

/** The name of a launch among the active readers. */
export function launchKey(serviceId: ServiceId, generation: number): string {
  return `${serviceId}/${generation}`;
}
