import type { LocalShimKind } from '../../model/process.ts';
import type { OutputMode } from '../../model/spec.ts';
import type { LaunchId } from '../../model/values/ids.ts';
import type { ResourceLimits } from '../../model/values/limits.ts';
import { parseFields } from '../../launching/exit-record.ts';
import { identityOf, reportedShim, type ShimIdentity } from '../files/launch-files.ts';
import type { Identity } from '../os/process-identity.ts';
import { refusalIn, type Refusal } from '../../launching/launch-failure.ts';

/** The time for a shim to report. */
export const REPORT_MS = 10_000;

/** One launch, for a shim; all paths are absolute. */
export interface ShimRequest {
  readonly launchId: LaunchId;
  readonly runFolder: string;
  readonly exitsFolder: string;
  readonly lockFile: string;
  /** Where the output goes; must exist. */
  readonly logFolder: string;
  readonly generation: number;
  /** The most that the log of this launch takes (native shim), in bytes. */
  readonly maxLogBytes: number;
  readonly output: OutputMode;
  /** The output of shims other than the native one; merged, both go to the first. */
  readonly stdoutFile: string;
  readonly stderrFile: string;
  readonly cwd: string;
  readonly stopSignal: number;
  readonly graceMs: number;
  readonly limits: ResourceLimits;
  /** `UID:GID:GROUP,GROUP…`; empty: as the host. */
  readonly account: string;
  /** The program first. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The report of a shim; `none`: there was none in time, so the files of the launch decide. `shim` is null if an earlier
 * version of the shim reports, so its claim has to say what it is.
 */
export type Report =
  | { readonly type: 'launched'; readonly main: Identity; readonly shim: ShimIdentity | null }
  | ({ readonly type: 'refused' } & Refusal)
  | { readonly type: 'none'; readonly reason: string };

/** One way to start shims. */
export interface Shims {
  readonly kind: LocalShimKind;
  /** How many launches to run at once. */
  readonly concurrency: number;
  /** Starts the shim of one launch and waits for its report, at most {@link REPORT_MS}. Never rejects. */
  start(shimRequest: ShimRequest): Promise<Report>;
  /**
   * Starts no more shims and releases running ones. Resolves when every request was claimed, revoked or refused, so
   * that nothing writes into the folder of a launch after that; gives up on hanging ones after a few seconds.
   */
  close(): Promise<void>;
}

/** The report in a line; null if this host does not understand it. */
export function parseReport(line: string): { readonly launchId: string; readonly report: Report } | null {
  const fields = parseFields(line);
  if (fields === null) return null;
  const { launch: launchId, event } = fields;
  if (typeof launchId !== 'string') return null;
  const main = identityOf(fields);
  if (event === 'launched' && main !== null) {
    return { launchId, report: { type: 'launched', main, shim: reportedShim(fields) } };
  }
  const refusal = event === 'refused' ? refusalIn(fields) : null;
  return refusal === null ? null : { launchId, report: { type: 'refused', ...refusal } };
}
