import type { Figure, Spread } from './statistics.js';

export interface Title {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: 'less' | 'more';
  readonly plain?: boolean;
  readonly perService?: boolean;
}

export interface Row extends Title {
  readonly columns: Readonly<Record<string, Spread>>;
  readonly best: string | null;
  readonly toBest: Spread | null;
  readonly toFloor: Spread | null;
  readonly toLimit: Spread | null;
}

export interface Figures {
  note(row: string, column: string, round: number, value: number): void;
  of(row: string, column: string): readonly Figure[];
  columns(row: string): readonly string[];
}

export const LIMIT: string;
export const FLOOR: string;
export function createFigures(): Figures;
export function summarize(figures: Figures, titles: readonly Title[], own: string): readonly Row[];
