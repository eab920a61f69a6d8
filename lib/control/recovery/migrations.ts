import type { Reason } from '../../model/explain/reason.ts';

/** What a machine keeps of an actor, as the version that wrote it left it: nothing of it is to be trusted yet. */
export interface KeptSnapshot {
  readonly status: string;
  /** The state, in the form of XState: a name, or names by the state around them. */
  readonly value: unknown;
  readonly context: unknown;
}

/** One step from a version of a machine to a later one. A released step is never changed. */
export interface Migration {
  readonly to: string;
  /** Gives the snapshot as `to` would have written it. May throw: then the row goes to quarantine with the message. */
  up(snapshot: KeptSnapshot): KeptSnapshot;
}

/** The machines that keep rows. */
export type MachineName = 'root' | 'service' | 'agent';

/** The steps of each machine, by the version that they start from. */
export type Migrations = Readonly<Record<MachineName, Readonly<Partial<Record<string, Migration>>>>>;

/**
 * Every step that was ever released. A chart whose states change, or a context that a default in its schema cannot bring up, gets
 * a new version and a step here (spec/small/actors/chart-versions.spec.ts says when).
 */
export const MIGRATIONS: Migrations = {
  root: {},
  service: {
    // Version 2 has two states more, `starting.probing` and `running.unready`; fields have defaults in their schema.
    '1': { to: '2', up: (snapshot) => snapshot },
    // Version 3 judges an end in `backoff.judging`, in which no row is kept, keeps reasons as codes, and has other names for some fields.
    '2': { to: '3', up: (snapshot) => withFieldsRenamed(withReasonsAsCodes(snapshot)) },
  },
  agent: {
    // Version 2 keeps reasons as codes, and has other names for some fields of its reports.
    '1': { to: '2', up: (snapshot) => withFieldsRenamed(withReasonsAsCodes(snapshot)) },
  },
};

/** The reasons of a service, or of an agent and the reports that it has, were sentences. */
function withReasonsAsCodes(snapshot: KeptSnapshot): KeptSnapshot {
  const context = withReason(snapshot.context);
  if (!isRecord(context)) return snapshot; // its schema says what is wrong with it
  const { aftermath, condemned, reports } = context;
  return {
    ...snapshot,
    context: {
      ...context,
      ...(aftermath === undefined ? {} : { aftermath: withReason(aftermath) }),
      ...(condemned === undefined ? {} : { condemned: withReason(condemned) }),
      ...(isRecord(reports) ? { reports: mapped(reports, withReason) } : {}),
    },
  };
}

/** Fields of the context of a service, and of a report that an agent has: the name in version 2 (of an agent 1), and that of now. */
const RENAMED: Readonly<Partial<Record<string, string>>> = {
  aftermath: 'afterStop',
  stable: 'lastGoodVersion',
  condemned: 'rejectedVersion',
  falls: 'failureCount',
  fellBy: 'restartedBy',
};

function withFieldsRenamed(snapshot: KeptSnapshot): KeptSnapshot {
  if (!isRecord(snapshot.context)) return snapshot;
  const context = renamed(snapshot.context);
  const { reports } = context;
  const withReports = isRecord(reports)
    ? { reports: mapped(reports, (report) => (isRecord(report) ? renamed(report) : report)) }
    : {};
  return { ...snapshot, context: { ...context, ...withReports } };
}

function renamed(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [RENAMED[key] ?? key, value]));
}

function withReason(part: unknown): unknown {
  return isRecord(part) && typeof part['reason'] === 'string' ? { ...part, reason: reasonOf(part['reason']) } : part;
}

function mapped(record: Readonly<Record<string, unknown>>, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Of readiness, whose sentence was read back, the part that the probe had said. */
function reasonOf(sentence: string): Reason {
  const found = /^is not ready: (.*)$/s.exec(sentence)?.[1];
  return found === undefined ? { code: 'text', text: sentence } : { code: 'not_ready', found };
}

/** The snapshot as version `to` would have kept it. Throws when no steps lead there. */
export function migrated(
  snapshot: KeptSnapshot,
  path: { readonly from: string; readonly to: string },
  steps: Migrations[MachineName],
): KeptSnapshot {
  const seen = new Set<string>();
  let at = path.from;
  let result = snapshot;
  while (at !== path.to) {
    const step = steps[at];
    if (step === undefined || seen.has(at)) {
      throw new Error(`it was written by version ${path.from}, and no migration leads from ${at} to ${path.to}`);
    }
    seen.add(at);
    result = step.up(result);
    at = step.to;
  }
  return result;
}
