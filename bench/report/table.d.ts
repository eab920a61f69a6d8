import type { Row } from './figures.js';
import type { Spread } from './statistics.js';

export function format(value: number): string;
export function cell(spread: Spread | null | undefined): string;
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string;
export function rowsTable(rows: readonly Row[], peers: readonly string[], own: string): string;
