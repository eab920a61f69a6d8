import { createActor, getStateNodes, type AnyStateMachine, type Snapshot } from 'xstate';
import { agentRecord } from '../../actors/agent/context-schema.ts';
import { agentActorId, type AgentContext } from '../../actors/agent/context.ts';
import { serviceRecord } from '../../actors/service/context-schema.ts';
import { serviceActorId, type ServiceContext } from '../../actors/service/context.ts';
import { supervisorRecord } from '../../actors/supervisor/context-schema.ts';
import type { ActorRow, QuarantinedRow } from '../../ports/actor-store.ts';
import { migrated, MIGRATIONS, type StoredSnapshot, type MachineName, type Migrations } from './migrations.ts';

/** The machines that rows can belong to: the root, and the children by the name of their logic. */
export type MachineCatalog = Readonly<Record<MachineName, AnyStateMachine>>;

/** One invalid place in a context. */
interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** The part of a schema that is used here. */
interface ContextSchema {
  safeParse(
    context: unknown,
  ): { success: true; data: unknown } | { success: false; error: { readonly issues: readonly Issue[] } };
}

/** How rows of earlier versions are migrated, and the schema that every row must then satisfy. */
export interface RowFormat {
  readonly migrations: Migrations;
  readonly contexts: Readonly<Record<MachineName, ContextSchema>>;
}

const FORMAT: RowFormat = {
  migrations: MIGRATIONS,
  contexts: { root: supervisorRecord, service: serviceRecord, agent: agentRecord },
};

/** The snapshot of the whole actor system, and the rows that could not be used. */
export interface Restored {
  /** Null: there is nothing to restore, the root starts from scratch. */
  readonly snapshot: Snapshot<unknown> | null;
  readonly rejected: readonly QuarantinedRow[];
}

interface OwnSnapshot extends StoredSnapshot {
  readonly children: Record<string, { src: string; systemId: string; snapshot: unknown }>;
}

const ROOT = 'root';
const MAX_NAMED = 5;

/**
 * Composes the rows into one snapshot for `createActor(root, { snapshot })`. Each row is checked separately, because
 * XState would silently treat a state that the chart does not have as an error and lose the context with the next
 * write. An invalid root row costs the crash counts of its children, but no child.
 */
export function restore(rows: readonly ActorRow[], machines: MachineCatalog, format = FORMAT): Restored {
  const rejected: QuarantinedRow[] = [];
  const children: OwnSnapshot['children'] = {};
  let root: OwnSnapshot | null = null;
  for (const row of rows) {
    try {
      const snapshot = checked(row, machines, format);
      if (row.path === ROOT) root = snapshot;
      else children[row.path] = { src: row.src, systemId: row.path, snapshot };
    } catch (error) {
      rejected.push({ row, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  if (root === null && Object.keys(children).length === 0) return { snapshot: null, rejected };
  const snapshot = { ...(root ?? createActor(machines.root).getPersistedSnapshot()), children };
  return { snapshot: snapshot as Snapshot<unknown>, rejected }; // the form that XState persists
}

/** Throws with the reason why a row cannot be used. */
function checked(row: ActorRow, machines: MachineCatalog, format: RowFormat): OwnSnapshot {
  if (!isMachineName(row.src)) throw new Error(`there is no machine "${row.src}"`);
  const machine = machines[row.src];
  const versions = { from: row.version, to: machine.version ?? '0' };
  const kept = migrated(parsed(row), versions, format.migrations[row.src]);
  if (kept.status !== 'active') throw new Error(`its status is "${kept.status}"`);
  const context = checkedContext(kept.context, format.contexts[row.src]);
  getStateNodes(machine.root, kept.value as never); // throws for a state that the chart does not have
  checkPlace(row, row.src, context);
  return { ...kept, context, children: {} };
}

function parsed({ snapshot }: ActorRow): StoredSnapshot {
  const kept: unknown = JSON.parse(snapshot);
  if (typeof kept !== 'object' || kept === null) throw new Error('it is not a snapshot');
  const { status, value, context } = kept as Partial<StoredSnapshot>; // any object may have them
  return { ...kept, status: String(status), value, context };
}

function checkedContext(context: unknown, schema: ContextSchema): unknown {
  const result = schema.safeParse(context);
  if (result.success) return result.data; // with defaults for fields that its writer did not know
  const { issues } = result.error;
  const places = issues.map(({ path, message }) => `${['context', ...path.map(String)].join('.')}: ${message}`);
  const more = places.length > MAX_NAMED ? `, and ${places.length - MAX_NAMED} more` : '';
  throw new Error(`${places.slice(0, MAX_NAMED).join(', ')}${more}`);
}

/** A misplaced row would stand for another actor, and so for the process of another service. */
function checkPlace(row: ActorRow, src: MachineName, context: unknown): void {
  const path = pathOf(src, context);
  const parent = path === ROOT ? null : ROOT;
  if (row.path !== path || row.id !== path) {
    throw new Error(`it is stored as "${row.path}" (id "${row.id}") but belongs to "${path}"`);
  }
  if (row.parent !== parent) throw new Error(`its parent is "${row.parent ?? 'none'}"`);
}

function pathOf(src: MachineName, context: unknown): string {
  switch (src) {
    case 'root':
      return ROOT;
    case 'service':
      return serviceActorId((context as Pick<ServiceContext, 'spec'>).spec.id); // checked by its schema
    case 'agent':
      return agentActorId((context as Pick<AgentContext, 'plan'>).plan.id); // checked by its schema
  }
}

function isMachineName(src: string): src is MachineName {
  return src === 'root' || src === 'service' || src === 'agent';
}
