import type { Row } from './figures.js';

export function exponentOf(figures: readonly (readonly [services: number, total: number])[]): number | null;
export function growthTable(rows: readonly Row[], counts: readonly number[], own: string): string | null;
