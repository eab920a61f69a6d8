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
import type { Recorder } from './journal/recorder.ts';

/** The configuration that commands go by; a reload puts another one in its place. */
export interface Configuration {
  specs: SpecSource;
}

/** What a host makes of its ports before its actors are back. */
export interface RuntimeBase {
  readonly ports: HostPorts;
  readonly timers: Timers;
  readonly configuration: Configuration;
  readonly intentions: Intentions;
  readonly journal: Journal;
  readonly recorder: Recorder;
  readonly feed: Feed;
  readonly changes: Changes;
  readonly commandLog: CommandLog;
  /** Undefined: nothing is sent anywhere. */
  readonly webhooks?: Webhooks | undefined;
}

/** The same once its actors are back: what commands and queries work with. */
export interface Runtime extends RuntimeBase {
  readonly root: SupervisorRef;
}
