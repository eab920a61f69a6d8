import type { Launch, ProcessExit, ShimKind } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Layout } from '../files/layout.ts';
import type { Identity } from '../os/process-identity.ts';
import type { ProcessTable } from '../os/process-table.ts';
import type { LivenessPoll } from './liveness-poll.ts';
import type { MainRounds } from './main-rounds.ts';

/** A launch whose shim has claimed it. */
export interface TreeOrigin {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly kind: ShimKind;
  readonly shim: Identity;
  readonly main: Identity | null;
  readonly stop: StopSpec;
  /** Null when only the rest of a launch is looked after. */
  readonly launch: Launch | null;
  /** The end of the main process is known and told already. */
  readonly isMainOver: boolean;
  /** The ledger knows that it runs. */
  readonly isInLedger: boolean;
  /** The shim has nothing below it. */
  readonly hasNoProcesses: boolean;
}

/** Which launch a room is told of, as it is now. */
export type TreeSubject = Pick<TreeOrigin, 'launchId' | 'serviceId' | 'launch'>;

/** What trees share. */
export interface TreeContext {
  readonly layout: Layout;
  readonly livenessPoll: LivenessPoll;
  readonly mainRounds: MainRounds;
  readonly table: ProcessTable;
  readonly log: Log;
  readonly clock: Clock;
  /** By launch, why it cannot be looked at now. */
  readonly unreadable: Map<LaunchId, string>;
  /** By launch, what is wrong with a shim that can neither be woken nor killed. */
  readonly unkillable: Map<LaunchId, string>;
  /** The shim died; the main process lives on, and `launch` now says what that costs. */
  shimDied(tree: TreeSubject): void;
  /** The main process ended. Told once. */
  ended(tree: TreeSubject, exit: ProcessExit): void;
  /** Nothing of the tree is left. Told once, after `ended`. */
  cleared(tree: TreeSubject): void;
}
