import type { Log } from '../../ports/log.ts';
import type { ProcessHost } from '../../ports/process-host.ts';
import type { SpecSource } from '../../ports/spec-source.ts';
import type { SupervisorRef } from '../actors.ts';
import type { Wishes } from '../intentions.ts';
import type { Changes } from './actor-changes.ts';
import type { Intake } from './command-log.ts';

/** The configuration that commands go by; a reload puts another one in its place. */
export interface Configuration {
  specs: SpecSource;
}

/** What commands are carried out with. */
export interface CommandDeps {
  readonly root: SupervisorRef;
  readonly configuration: Configuration;
  readonly wishes: Wishes;
  readonly changes: Changes;
  readonly intake: Intake;
}

/** The same, for commands that do more than tell actors. */
export interface ActingDeps extends CommandDeps {
  readonly processes: Pick<ProcessHost, 'facts' | 'signal'>;
  /** Resolves when every change of an actor so far is durable. Throws StoreUnavailableError. */
  readonly flush: () => Promise<void>;
  readonly log: Log;
}
