import type { ServiceGraph } from '../model/policy/service-graph.ts';

/** A statechart that runs in the host. */
export interface MachineSummary {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** Goes up with every change of its states; null: nothing of it is kept. */
  readonly version: string | null;
  /** Dotted, each before those inside it. */
  readonly states: readonly string[];
}

/** Which events a drawing shows: those of its life, or also those that bring it back after a restart of the host, or down with it. */
export type DrawnEvents = 'main' | 'all';

/** The statecharts of the host as texts. All throw MachineNotFoundError. */
export interface MachineLibrary {
  list(): readonly MachineSummary[];
  /** Plain JSON that `createMachine` takes, everything in it named. */
  config(name: string): Readonly<Record<string, unknown>>;
  /** JavaScript with one call of `createMachine`. */
  stately(name: string): string;
  /** A `stateDiagram-v2`. */
  mermaid(name: string): string;
  svg(name: string, events: DrawnEvents): Promise<string>;
  /** Services and what they wait for, as SVG. */
  drawServices(graph: ServiceGraph): Promise<string>;
}
