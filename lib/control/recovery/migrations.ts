import type { Reason } from '../../model/explain/reason.ts';

/** A stored snapshot of an actor as the version that wrote it left it: nothing in it is to be trusted yet. */
export interface StoredSnapshot {
  readonly status: string;
  /** The state value as XState has it: a name, or names by parent state. */
  readonly value: unknown;
  readonly context: unknown;
}

/** One step from a machine version to a later one. A released step is never changed. */
export interface Migration {
  readonly to: string;
  /** Returns the snapshot as `to` would have written it. May throw: then the row is quarantined with the message. */
  up(snapshot: StoredSnapshot): StoredSnapshot;
}

/** The machines that have rows. */
export type MachineName = 'root' | 'service' | 'agent';

/** The steps of each machine, by the version they start from. */
export type Migrations = Readonly<Record<MachineName, Readonly<Partial<Record<string, Migration>>>>>;

/**
 * Every step ever released. If the states of a chart change, or its context in a way that schema defaults do not cover,
 * it gets a new version and a step here (spec/small/actors/chart-versions.spec.ts says when).
 */
export const MIGRATIONS: Migrations = {
  root: {},
  service: {
    // Version 2 has two more states, `starting.probing` and `running.unready`; fields have defaults in their schema.
    '1': { to: '2', up: (snapshot) => snapshot },
    // Version 3 judges an end in `backoff.judging`, which is never stored, stores reasons as codes, and renames some
    // fields.
    '2': { to: '3', up: (snapshot) => withFieldsRenamed(withReasonsAsCodes(snapshot)) },
  },
  agent: {
    // Version 2 stores reasons as codes and renames some fields of its reports.
    '1': { to: '2', up: (snapshot) => withFieldsRenamed(withReasonsAsCodes(snapshot)) },
  },
};

/** The reasons of a service, or of an agent and its reports, were sentences. */
function withReasonsAsCodes(snapshot: StoredSnapshot): StoredSnapshot {
  const context = withReason(snapshot.context);
  if (!isRecord(context)) return snapshot; // its schema reports what is wrong with it
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

/**
 * Renamed fields of a service context or an agent's report: the name in version 2 (agents: version 1), and the current
 * one.
 */
const RENAMED: Readonly<Partial<Record<string, string>>> = {
  aftermath: 'afterStop',
  stable: 'lastGoodVersion',
  condemned: 'rejectedVersion',
  falls: 'failureCount',
  fellBy: 'restartedBy',
};

function withFieldsRenamed(snapshot: StoredSnapshot): StoredSnapshot {
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

/** A readiness sentence of an old row becomes a code with the probe's finding; any other sentence is kept as text. */
function reasonOf(sentence: string): Reason {
  const found = /^is not ready: (.*)$/s.exec(sentence)?.[1];
  return found === undefined ? { code: 'text', text: sentence } : { code: 'not_ready', found };
}

/** The snapshot as version `to` would have stored it. Throws if no steps lead there. */
export function migrated(
  snapshot: StoredSnapshot,
  path: { readonly from: string; readonly to: string },
  steps: Migrations[MachineName],
): StoredSnapshot {
  const seen = new Set<string>();
  let at = path.from;
  let result = snapshot;
  while (at !== path.to) {
    const step = steps[at];
    if (step === undefined || seen.has(at)) {
      throw new Error(`it was written by version ${path.from}, and there is no migration from ${at} to ${path.to}`);
    }
    seen.add(at);
    result = step.up(result);
    at = step.to;
  }
  return result;
}
