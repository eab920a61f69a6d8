import { routeOf } from './rows.ts';

/** As much of a row of a tree as moving needs. */
export interface TreeRow {
  readonly id: string;
  readonly name: string;
  /** From 1, the outermost. */
  readonly level: number;
  /** Null: not a group. */
  readonly isOpen: boolean | null;
}

/** The effect of a key or click: another row becomes active, a group is opened or closed, or a row is selected for a command or no longer. */
export interface Move {
  readonly type: 'go' | 'toggle' | 'select';
  /** The id of the row. */
  readonly id: string;
}

/**
 * The effect of a key in a tree (ARIA Authoring Practices, tree view): up, down, home, end and pages move; right opens
 * a group, then goes into it; left closes it, or goes from a service to its group; Enter opens or closes, space selection.
 * Null: no effect. `active` is -1 if no row is active; `page` is the number of visible rows.
 */
export function keyMove(key: string, rows: readonly TreeRow[], active: number, page: number): Move | null {
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
      return toggle(rows[active]);
    case ' ':
      return select(rows[active]);
    default:
      return null;
  }
}

function go(rows: readonly TreeRow[], index: number): Move | null {
  const row = rows[index];
  return row === undefined ? null : { type: 'go', id: row.id };
}

function select(row: TreeRow | undefined): Move | null {
  return row === undefined ? null : { type: 'select', id: row.id };
}

function toggle(row: TreeRow | undefined): Move | null {
  return row === undefined || row.isOpen === null ? null : { type: 'toggle', id: row.id };
}

function inwards(rows: readonly TreeRow[], active: number): Move | null {
  const row = rows[active];
  if (row?.isOpen !== true) return toggle(row);
  return (rows[active + 1]?.level ?? 0) > row.level ? go(rows, active + 1) : null;
}

function outwards(rows: readonly TreeRow[], active: number): Move | null {
  const row = rows[active];
  if (row?.isOpen === true) return toggle(row);
  if (row === undefined) return null;
  return go(
    rows,
    rows.findLastIndex(({ level }, index) => index < active && level < row.level),
  );
}

/** Whether a key types a character of a search; space does not, because it selection, nor do the keys of the whole page. */
export function isCharacter(key: string): boolean {
  return /^.$/u.test(key) && !' /?'.includes(key);
}

/**
 * The next row whose name starts with the typed text, searching from the active row and wrapping around; the first
 * letter skips the active row.
 */
export function typedMove(typed: string, rows: readonly TreeRow[], active: number): Move | null {
  const start = typed.length === 1 ? active + 1 : Math.max(0, active);
  const wanted = typed.toLowerCase();
  const inOrder = [...rows.slice(start), ...rows.slice(0, start)];
  const row = inOrder.find(({ name }) => name.toLowerCase().startsWith(wanted));
  return row === undefined ? null : { type: 'go', id: row.id };
}

/**
 * The effect of a click on a row: the check selection it, the chevron opens or closes the group, and so does the rest of a row without a detail
 * view.
 */
export function clickMove(id: string, on: 'chevron' | 'check' | 'row'): Move {
  if (on === 'check') return { type: 'select', id };
  return { type: on === 'chevron' || routeOf(id) === null ? 'toggle' : 'go', id };
}
