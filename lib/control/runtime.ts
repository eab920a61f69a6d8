import type { Timers } from '../ports/clock.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import type { Webhooks } from '../ports/webhooks.ts';
import type { SupervisorRef } from './actors.ts';
import type { Changes } from './commands/actor-changes.ts';
import type { CommandLog } from './commands/command-log.ts';
import type { HostPorts } from './host-ports.ts';
import type { Intentions } from './intentions.ts';
import type { Feed } from './journal/feed.ts';
import type { Journal } from './journal/journal.ts';
import type { Notices } from './health/notices.ts';
import type { IntentionCopier } from './recovery/intention-copier.ts';
import type { Recorder } from './journal/recorder.ts';

/** The configuration that commands use; a reload replaces it. */
export interface Configuration {
  specs: SpecSource;
}

/** What a host builds from its ports before its actors are restored. */
export interface RuntimeBase {
  readonly ports: HostPorts;
  readonly timers: Timers;
  readonly configuration: Configuration;
  readonly intentions: Intentions;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly notices: Notices;
  readonly copier: IntentionCopier;
  readonly feed: Feed;
  readonly changes: Changes;
  readonly commandLog: CommandLog;
  /** Undefined: no events are sent. */
  readonly webhooks?: Webhooks | undefined;
}

/** The same after its actors are restored: what commands and queries work with. */
export interface Runtime extends RuntimeBase {
  readonly root: SupervisorRef;
}
