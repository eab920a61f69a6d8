import { routeOf } from './rows.ts';
import type { Row } from './rows.ts';

/** What a press does to the list: another row becomes the active one, or a group is opened or closed. */
export interface Move {
  readonly type: 'go' | 'toggle';
  /** Of the row. */
  readonly id: string;
}

/**
 * What a key does in a tree (ARIA Authoring Practices, tree view): up and down, the ends and pages move; right opens a group, then goes into
 * it; left closes it, or goes from what is in it to the group; Enter and space open or close. Null: nothing. `active` is -1 when no row is
 * active, `page` how many rows are in view.
 */
export function keyMove(key: string, rows: readonly Row[], active: number, page: number): Move | null {
  const last = rows.length - 1;
  switch (key) {
    case 'ArrowDown':
      return go(rows, Math.min(last, active + 1));
    case 'ArrowUp':
      return go(rows, active < 0 ? last : Math.max(0, active - 1));
    case 'Home':
      return go(rows, 0);
    case 'End':
      return go(rows, last);
    case 'PageDown':
      return go(rows, Math.min(last, active + page));
    case 'PageUp':
      return go(rows, Math.max(0, active - page));
    case 'ArrowRight':
      return inwards(rows, active);
    case 'ArrowLeft':
      return outwards(rows, active);
    case 'Enter':
    case ' ':
      return toggle(rows[active]);
    default:
      return null;
  }
}

function go(rows: readonly Row[], index: number): Move | null {
  const row = rows[index];
  return row === undefined ? null : { type: 'go', id: row.id };
}

function toggle(row: Row | undefined): Move | null {
  return row === undefined || row.isOpen === null ? null : { type: 'toggle', id: row.id };
}

function inwards(rows: readonly Row[], active: number): Move | null {
  const row = rows[active];
  if (row?.isOpen !== true) return toggle(row);
  return rows[active + 1]?.level === 2 ? go(rows, active + 1) : null;
}

function outwards(rows: readonly Row[], active: number): Move | null {
  const row = rows[active];
  if (row?.isOpen === true) return toggle(row);
  return row?.level === 2 ? go(rows, active - row.position) : null;
}

/** Whether a key writes a character, so that it belongs to a word; space does not, since it presses. */
export function isCharacter(key: string): boolean {
  return /^.$/u.test(key) && key !== ' ';
}

/** The next row whose name begins with what was typed, from the active one on and around; the first letter leaves the active one. */
export function typedMove(typed: string, rows: readonly Row[], active: number): Move | null {
  const start = typed.length === 1 ? active + 1 : Math.max(0, active);
  const wanted = typed.toLowerCase();
  const inOrder = [...rows.slice(start), ...rows.slice(0, start)];
  const row = inOrder.find(({ name }) => name.toLowerCase().startsWith(wanted));
  return row === undefined ? null : { type: 'go', id: row.id };
}

/** What a click on a row does: its chevron opens or closes; so does the rest of it, where there is nothing to show. */
export function clickMove(id: string, isChevron: boolean): Move {
  return { type: isChevron || routeOf(id) === null ? 'toggle' : 'go', id };
}
