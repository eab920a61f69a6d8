import { getStateNodes, type AnyStateMachine, type Snapshot } from 'xstate';
import type { ActorRow, QuarantinedRow } from '../ports/actor-store.ts';

/** The machines that rows can be of: the root, and the children by the name of their logic. */
export interface MachineCatalog {
  readonly root: AnyStateMachine;
  readonly service: AnyStateMachine;
  readonly agent: AnyStateMachine;
}

/** The snapshot of the whole actor system, and the rows that did not fit into it. */
export interface Restored {
  /** Null: there is nothing to restore, the root begins anew. */
  readonly snapshot: Snapshot<unknown> | null;
  readonly rejected: readonly QuarantinedRow[];
}

interface OwnSnapshot {
  readonly value: unknown;
  readonly context: unknown;
  readonly status: string;
  readonly children: Record<string, { src: string; systemId: string; snapshot: unknown }>;
}

/**
 * Composes the rows into one snapshot for `createActor(root, { snapshot })`. Each row is checked by itself, because XState
 * would take a state that the chart does not have for an error, say nothing, and lose the context with the next write.
 */
export function restore(rows: readonly ActorRow[], machines: MachineCatalog): Restored {
  const rejected: QuarantinedRow[] = [];
  const good = new Map<string, { row: ActorRow; snapshot: OwnSnapshot }>();
  for (const row of rows) {
    const checked = check(row, machines);
    if (typeof checked === 'string') rejected.push({ row, reason: checked });
    else good.set(row.path, { row, snapshot: checked });
  }
  const root = good.get('root');
  if (root === undefined) return { snapshot: null, rejected };
  for (const { row, snapshot } of good.values()) {
    if (row.parent === null) continue;
    root.snapshot.children[row.id] = { src: row.src, systemId: row.systemId ?? row.id, snapshot };
  }
  return { snapshot: root.snapshot as unknown as Snapshot<unknown>, rejected }; // the form that XState persists
}

function check(row: ActorRow, machines: MachineCatalog): OwnSnapshot | string {
  if (!(row.src in machines)) return `there is no machine "${row.src}"`;
  const machine = machines[row.src as keyof MachineCatalog]; // just checked
  if (row.version !== machine.version) {
    return `it was written by version ${row.version} of the ${row.src} machine, this is ${machine.version ?? '?'}`;
  }
  try {
    const snapshot = JSON.parse(row.snapshot) as OwnSnapshot; // its parts are checked below
    if (snapshot.status !== 'active') return `its status is "${snapshot.status}"`;
    if (typeof snapshot.context !== 'object' || snapshot.context === null) return 'it has no context';
    getStateNodes(machine.root, snapshot.value as never); // throws for a state that the chart does not have
    return { ...snapshot, children: {} };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
