import type { Launch, ProcessExit, LocalShimKind } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { ExitsFolder } from '../files/exits-folder.ts';
import type { Layout } from '../files/layout.ts';
import type { Identity } from '../os/process-identity.ts';
import type { ProcessTable } from '../os/process-table.ts';
import type { LaunchOutputs } from './launch-outputs.ts';
import type { LivenessPoll } from './liveness-poll.ts';
import type { MainRounds } from './main-rounds.ts';

/** A launch whose shim has claimed it. */
export interface TreeOrigin {
  readonly launchId: LaunchId;
  readonly serviceId: ServiceId;
  readonly kind: LocalShimKind;
  readonly shim: Identity;
  readonly main: Identity | null;
  readonly stop: StopSpec;
  /** Null if only the remains of a launch are supervised. */
  readonly launch: Launch | null;
  /** The end of the main process is known and has been reported. */
  readonly isMainOver: boolean;
  /** The ledger has it as running. */
  readonly isInLedger: boolean;
  /** The shim has no descendants. */
  readonly hasNoProcesses: boolean;
}

/** The launch of a tree, in its current form. */
export type TreeInfo = Pick<TreeOrigin, 'launchId' | 'serviceId' | 'launch'>;

/** The context that all trees share. */
export interface TreeContext {
  readonly layout: Layout;
  readonly exitsFolder: ExitsFolder;
  readonly livenessPoll: LivenessPoll;
  readonly mainRounds: MainRounds;
  readonly table: ProcessTable;
  readonly outputs: LaunchOutputs;
  readonly log: Log;
  readonly clock: Clock;
  /** By launch, why it cannot be inspected now, as a sentence. */
  readonly unreadable: Map<LaunchId, string>;
  /** By launch, the problem of a shim that can be neither woken nor killed. */
  readonly unkillable: Map<LaunchId, string>;
  /** The shim died; the main process is still running, with the reduced guarantees in `launch`. */
  shimDied(tree: TreeInfo): void;
  /** The main process ended. Called once. */
  ended(tree: TreeInfo, exit: ProcessExit): void;
  /** None of its processes is left. Called once, after `ended`. */
  cleared(tree: TreeInfo): void;
}

/** A launch whose shim has died, with what is still guaranteed for it. */
export function withoutShim(launch: Launch | null): Launch | null {
  if (launch === null) return null;
  return { ...launch, guarantees: { ...launch.guarantees, exactExit: false, treeComplete: false } };
}
