import { ownName, shortName } from './names.ts';
import type { Actor, Tape } from './tape.ts';

/** The row of the host, which is no actor. */
export const HOST_ROW = 'host';

/** A row of the tree of actors. */
export interface ActorRow {
  readonly id: string;
  readonly name: string;
  /** Null: the host. */
  readonly actor: Actor | null;
  /** 1: the host; 2: the roots; and so on. */
  readonly level: number;
  /** Its position among its siblings, from 1. */
  readonly position: number;
  readonly siblings: number;
  /** Null: it has no children. */
  readonly isOpen: boolean | null;
}

/** Which actors have children that are shown: by default all but those that run only effects. */
export interface Opened {
  /** Those of which it is the other way round. */
  readonly toggled: ReadonlySet<string>;
}

/**
 * The actors that live at a position, as a tree. A service is listed below its agent if exactly one agent holds it, and
 * below its supervisor otherwise, whichever actor has created it.
 */
export function treeOf(
  tape: Tape,
  position: number,
  { host, search, toggled }: Opened & { readonly host: string; readonly search: string },
): readonly ActorRow[] {
  const children = childrenByParent(tape, position);
  const isWanted = search === '' ? () => true : wantedBy(search.toLowerCase(), children);
  const rows: ActorRow[] = [];
  const add = (actor: Actor | null, level: number, position: number, siblings: number): void => {
    const id = actor?.id ?? HOST_ROW;
    const inner = (children.get(id) ?? []).filter(isWanted);
    const isOpenFirst = actor === null || ['supervisor', 'agent'].includes(actor.machine ?? '');
    const isOpen = search !== '' || isOpenFirst !== toggled.has(id);
    const name = actor === null ? host : shortName(actor);
    rows.push({ id, name, actor, level, position, siblings, isOpen: inner.length === 0 ? null : isOpen });
    if (isOpen) for (const [index, child] of inner.entries()) add(child, level + 1, index + 1, inner.length);
  };
  add(null, 1, 1, 1);
  return rows;
}

const RANKS = ['supervisor', 'agent', 'service', 'webhook'];

function rankOf({ machine }: Actor): number {
  return machine === null ? RANKS.length : RANKS.indexOf(machine);
}

function childrenByParent(tape: Tape, position: number): ReadonlyMap<string, readonly Actor[]> {
  const actors = tape.actorsAt(position);
  const agents = new Map(actors.flatMap((actor) => (actor.machine === 'agent' ? [[actor.name, actor.id]] : [])));
  const children = new Map<string, Actor[]>();
  for (const actor of actors) {
    const holders = actor.machine === 'service' ? (tape.stateAt(actor.id, position)?.holders ?? []) : [];
    const holding = holders.flatMap((holder) => agents.get(holder) ?? []);
    const parent = (holding.length === 1 ? holding[0] : actor.parentId) ?? HOST_ROW;
    const list = children.get(parent);
    if (list === undefined) children.set(parent, [actor]);
    else list.push(actor);
  }
  for (const list of children.values()) list.sort((a, b) => rankOf(a) - rankOf(b) || order(a.name, b.name));
  return children;
}

function order(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** Whether an actor or anything below it has this in its name; then all above it are wanted, too. */
function wantedBy(text: string, children: ReadonlyMap<string, readonly Actor[]>): (actor: Actor) => boolean {
  const known = new Map<string, boolean>();
  const isWanted = (actor: Actor): boolean => {
    const before = known.get(actor.id);
    if (before !== undefined) return before;
    const inner = (children.get(actor.id) ?? []).map(isWanted);
    const wanted = ownName(actor).toLowerCase().includes(text) || inner.includes(true);
    known.set(actor.id, wanted);
    return wanted;
  };
  return isWanted;
}
