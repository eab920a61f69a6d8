import type { ServiceId } from '../model/values/ids.ts';
import type { Log } from '../ports/log.ts';
import type { LogLayout } from '../launching/log-layout.ts';
import type { Heads } from './heads.ts';
import type { Pins } from './pins.ts';

/** What all readers and the sweep of one state directory share. */
export interface LogRoom {
  readonly layout: LogLayout;
  readonly heads: Heads;
  readonly pins: Pins;
  readonly log: Log;
  /** Whether the main process of that launch has ended. */
  readonly hasEnded: (serviceId: ServiceId, generation: number) => boolean;
}
