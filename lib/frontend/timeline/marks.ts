import type { LaneMark, MarkKind } from './lanes.ts';

/** What a mark is called. */
export const MARK_NAMES: Readonly<Record<MarkKind, string>> = {
  command: 'command',
  reload: 'reload',
  crash: 'crash',
  end: 'expected end',
  launch: 'launch',
  adoption: 'adoption',
  host_start: 'host started',
  host_stop: 'host stopped',
  host_crash: 'host crashed',
  other: 'other event',
};

export function markWords({ kind, count }: LaneMark): string {
  return count === 1 ? MARK_NAMES[kind] : `${MARK_NAMES[kind]} ×${count}`;
}

/** The size of a mark in CSS pixels. */
export const MARK_PX = 8;

/** Points in a square from 0 to 1; each kind has its own shape. */
type Shape = readonly (readonly [x: number, y: number])[];

const CROSS: Shape = [
  [0, 0.2],
  [0.2, 0],
  [0.5, 0.3],
  [0.8, 0],
  [1, 0.2],
  [0.7, 0.5],
  [1, 0.8],
  [0.8, 1],
  [0.5, 0.7],
  [0.2, 1],
  [0, 0.8],
  [0.3, 0.5],
];

/** Of each kind its shape. */
export const MARK_SHAPES: Readonly<Record<MarkKind, Shape>> = {
  command: [
    [0, 0],
    [1, 0],
    [0.5, 1],
  ],
  reload: [
    [0.5, 0],
    [1, 0.5],
    [0.5, 1],
    [0, 0.5],
  ],
  crash: CROSS,
  end: [
    [0.2, 0.2],
    [0.8, 0.2],
    [0.8, 0.8],
    [0.2, 0.8],
  ],
  launch: [
    [0.4, 0.2],
    [0.6, 0.2],
    [0.6, 1],
    [0.4, 1],
  ],
  adoption: [
    [0.35, 0.1],
    [0.65, 0.1],
    [0.65, 0.4],
    [0.95, 0.4],
    [0.95, 0.65],
    [0.65, 0.65],
    [0.65, 1],
    [0.35, 1],
    [0.35, 0.65],
    [0.05, 0.65],
    [0.05, 0.4],
    [0.35, 0.4],
  ],
  host_start: [
    [0.5, 0],
    [1, 1],
    [0, 1],
  ],
  host_stop: [
    [0, 0],
    [1, 0],
    [1, 1],
    [0, 1],
  ],
  host_crash: CROSS,
  other: [
    [0.35, 0.3],
    [0.65, 0.3],
    [0.65, 0.7],
    [0.35, 0.7],
  ],
};

/** The roles of colours. */
export type MarkColor = 'accent' | 'danger' | 'text' | 'quiet';
/** And the role of its colour. */
export const MARK_COLORS: Readonly<Record<MarkKind, MarkColor>> = {
  ...{ command: 'accent', reload: 'accent', crash: 'danger', end: 'quiet', launch: 'text' },
  ...{ adoption: 'text', host_start: 'text', host_stop: 'text', host_crash: 'danger', other: 'quiet' },
};

/** A mark as a path in a square of {@link MARK_PX}. */
export function markPath(kind: MarkKind): string {
  return `M${MARK_SHAPES[kind].map(([x, y]) => `${x * MARK_PX} ${y * MARK_PX}`).join('L')}Z`;
}
