import type { ConfigDiffView, ConfigRevisionView } from '../api/schemas/config.ts';
import type { DescribedEventView } from '../api/schemas/event.ts';
import type { ExplainView } from '../api/schemas/explain.ts';
import type { HealthView } from '../api/schemas/host.ts';
import type { LaunchView } from '../api/schemas/launch.ts';
import type { UsageHistoryView } from '../api/schemas/usage.ts';
import type { Lanes } from '../frontend/timeline/lanes.ts';
import type { Period } from '../frontend/timeline/period.ts';
import type { Attention, NeedsAttention } from '../frontend/world/attention.ts';

/** What a report is about: everything, or one agent or service. */
export interface Subject {
  readonly agent: string | null;
  readonly service: string | null;
}

/** What was read, or why it could not be. */
export type Part<T> =
  | { readonly type: 'read'; readonly value: T }
  | { readonly type: 'unread'; readonly reason: string };

/** The latest of many. */
export interface Listed<T> {
  readonly items: readonly T[];
  /** How many more there are in the range. */
  readonly omitted: number;
  /** There may be more than those: the search ended before the beginning of the range. */
  readonly isPartial: boolean;
}

/** What followed an end, as the history of the service has it. */
export interface Consequence {
  readonly at: string;
  readonly sentence: string;
}

/** A process that ended in a way that its service did not want. */
export interface Crash {
  readonly event: DescribedEventView;
  readonly serviceId: string;
  readonly generation: number | null;
  /** With its last words, without values of its environment; null: the host no longer knows this launch. */
  readonly launch: LaunchView | null;
  readonly why: string | null;
  readonly consequences: Part<readonly Consequence[]>;
}

/** What differs between the last launch of a service that failed and the last stable one before it. */
export interface Difference {
  readonly serviceId: string;
  readonly failed: number;
  readonly stable: number | null;
  readonly sentences: readonly string[];
}

/** An applied configuration and what it changed. */
export interface AppliedConfiguration {
  readonly revision: ConfigRevisionView;
  readonly diff: Part<ConfigDiffView['diffs'][number] | null>;
}

/** A version that a service ran, launch after launch. */
export interface RanVersion {
  readonly version: string | null;
  readonly executable: string;
  readonly from: string;
  /** Null: it runs. */
  readonly to: string | null;
  readonly launches: number;
}

/** The versions of one service in the range. */
export interface RanVersions {
  readonly serviceId: string;
  readonly versions: readonly RanVersion[];
  /** Launches of the range of which the host no longer knows the version. */
  readonly forgotten: number;
}

/** The stored usage of a service within the range. */
export interface Usage {
  readonly serviceId: string;
  readonly samples: UsageHistoryView['samples'];
}

/** What needs attention when the report is made. */
export interface AttentionNow {
  readonly needs: NeedsAttention;
  readonly rows: readonly { readonly attention: Attention; readonly explained: Part<ExplainView> }[];
  readonly total: number;
}

/** Everything that a report says. */
export interface ReportContent {
  readonly subject: Subject;
  readonly range: Period;
  readonly madeAt: number;
  readonly health: HealthView;
  readonly attention: AttentionNow;
  readonly timeline: Part<Lanes>;
  readonly crashes: Part<Listed<Crash>>;
  readonly differences: readonly Difference[];
  readonly commands: Part<Listed<DescribedEventView>>;
  readonly notes: Part<Listed<DescribedEventView>>;
  readonly configurations: Part<Listed<AppliedConfiguration>>;
  readonly versions: Part<Listed<RanVersions>>;
  readonly usage: Part<Listed<Usage>>;
}
