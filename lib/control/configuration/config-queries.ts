import type {
  ConfigDiffView,
  ConfigRevisionPageView,
  ConfigRevisionView,
  ConfigurationView,
} from '../../api/schemas/config.ts';
import {
  documentOf,
  servicesOf,
  settingsOf,
  type ConfigRevision,
  type ConfigSubject,
  type StoredConfiguration,
} from '../../model/configuration/applied.ts';
import { keyChanges } from '../../model/configuration/key-changes.ts';
import { RevisionNotFoundError, RevisionsUnrelatedError } from '../../model/errors.ts';
import { reloadChanges, restartsIn, type ServiceChange } from '../../model/policy/reload.ts';
import { isoOf } from '../../model/values/time.ts';
import type { ConfigHistory } from '../../ports/actor-store.ts';
import type { DiffQuery, RevisionQuery } from '../control.ts';
import { serviceChangeView } from '../queries/views.ts';

/** A page of the applied configurations. Rejects with StoreUnavailableError. */
export async function revisionPage(
  history: ConfigHistory,
  { before, limit, ...filter }: RevisionQuery,
): Promise<ConfigRevisionPageView> {
  const revisions = await history.page(filter, Math.min(before, Number.MAX_SAFE_INTEGER), limit);
  return {
    revisions: revisions.map(revisionView),
    next: revisions.length === limit ? (revisions.at(-1)?.number ?? null) : null,
  };
}

/** One of them with its content. Rejects with RevisionNotFoundError, StoreUnavailableError. */
export async function configurationView(history: ConfigHistory, number: number): Promise<ConfigurationView> {
  const stored = await storedAt(history, number);
  return { ...revisionView(stored), configuration: documentOf(stored.content) };
}

/** Compares applied configurations. Rejects with RevisionNotFoundError, RevisionsUnrelatedError, StoreUnavailableError. */
export async function configDiff(history: ConfigHistory, query: DiffQuery): Promise<ConfigDiffView> {
  const pairs = await pairsOf(history, query);
  const diffs = pairs.map(({ from, to }) => ({ from, to, ...differencesOf(from, to) }));
  return {
    diffs: diffs.map(({ from, to, settings, changes }) => ({
      from: from === null ? null : revisionView(from),
      to: revisionView(to),
      settings,
      changes: changes.map(serviceChangeView),
    })),
    restarts: diffs.flatMap(({ changes }) => restartsIn(changes)),
  };
}

interface Pair {
  readonly from: StoredConfiguration | null;
  readonly to: StoredConfiguration;
}

async function pairsOf(history: ConfigHistory, { from, to, subject }: DiffQuery): Promise<readonly Pair[]> {
  if (from !== null) {
    const older = await storedAt(history, from);
    const newer = to === null ? await newestOf(history, older.subject) : await storedAt(history, to);
    if (older.subject !== newer.subject) throw new RevisionsUnrelatedError(belonging(older), belonging(newer));
    return [{ from: older, to: newer }];
  }
  if (to !== null) return [await withPrevious(history, await storedAt(history, to))];
  if (subject !== null) return [await withPrevious(history, await newestOf(history, subject))];
  const numbers = await history.lastApplied();
  const applied = await Promise.all(numbers.map((number) => storedAt(history, number)));
  return Promise.all(applied.map((one) => withPrevious(history, one)));
}

async function storedAt(history: ConfigHistory, number: number): Promise<StoredConfiguration> {
  const stored = await history.one(number);
  if (stored === null) throw new RevisionNotFoundError(String(number));
  return stored;
}

async function newestOf(history: ConfigHistory, subject: ConfigSubject): Promise<StoredConfiguration> {
  const newest = await history.newestOf(subject, Number.MAX_SAFE_INTEGER);
  if (newest === null) throw new RevisionNotFoundError(`of ${nameOf(subject)}`);
  return newest;
}

async function withPrevious(history: ConfigHistory, to: StoredConfiguration): Promise<Pair> {
  return { from: await history.newestOf(to.subject, to.number), to };
}

/** What a reload from one to the other would do, if all services were running. */
function differencesOf(
  from: StoredConfiguration | null,
  to: StoredConfiguration,
): { readonly settings: ReturnType<typeof keyChanges>; readonly changes: readonly ServiceChange[] } {
  if (from === null) return { settings: [], changes: [] };
  const before = servicesOf(from.content).map((spec) => [spec.id, { spec, isLive: true, pin: null }] as const);
  const after = servicesOf(to.content).map((spec) => [spec.id, { spec, intended: 'running' as const }] as const);
  const changes = reloadChanges(new Map(before), new Map(after), (spec) => spec);
  return {
    settings: keyChanges(settingsOf(from.content), settingsOf(to.content)),
    // Texts may be hidden in one and not in the other, because the environment of the host was another one.
    changes: changes.filter(({ action, keys }) => keys.length > 0 || ['start', 'stop'].includes(action)),
  };
}

function revisionView({ subject, at, number, revision, actor, correlationId }: ConfigRevision): ConfigRevisionView {
  const [kind, id = null] = partsOf(subject);
  return {
    ...{ number, at: isoOf(at), subject: kind },
    agent_id: kind === 'agent' ? id : null,
    service_id: kind === 'service' ? id : null,
    ...{ revision, actor, correlation_id: correlationId },
  };
}

/** `12 is of agent "pump1"` */
function belonging({ number, subject }: ConfigRevision): string {
  return `${number} is of ${nameOf(subject)}`;
}

function nameOf(subject: ConfigSubject): string {
  const [kind, id] = partsOf(subject);
  if (id === undefined) return 'the host';
  return `${kind === 'agent' ? 'agent' : 'shared coreio'} "${id}"`;
}

function partsOf(subject: ConfigSubject): readonly [kind: ConfigRevisionView['subject'], id?: string] {
  if (subject === 'host') return [subject];
  const at = subject.indexOf(':');
  return [subject.startsWith('agent:') ? 'agent' : 'service', subject.slice(at + 1)];
}
