import type { SpecSource } from '../ports/spec-source.ts';
import type { SupervisorRef } from './actors.ts';
import type { Changes } from './changes.ts';
import type { Intake } from './intake.ts';
import type { Wishes } from './wishes.ts';

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
