import type { ServiceGraph } from '../model/policy/service-graph.ts';

/** A statechart that runs in the host. */
export interface MachineSummary {
  readonly name: string;
  /** One sentence. */
  readonly title: string;
  /** Increases with every change of its states; null: its state is not stored. */
  readonly version: string | null;
  /** Dotted, each before those inside it. */
  readonly states: readonly string[];
}

/**
 * Which events a drawing shows. `main`: without those that resume an actor with a new host, or stop it with the old
 * one.
 */
export type DrawnEvents = 'main' | 'all';

/** The statecharts of the host as text. All methods with a name throw MachineNotFoundError. */
export interface MachineLibrary {
  list(): readonly MachineSummary[];
  /** Plain JSON for `createMachine`, with all implementations by name. */
  config(name: string): Readonly<Record<string, unknown>>;
  /** JavaScript that defines the machine and runs as it is, with stubs for what only the host can do. */
  stately(name: string): string;
  /** A `stateDiagram-v2`. */
  mermaid(name: string, events: DrawnEvents): string;
  svg(name: string, events: DrawnEvents): Promise<string>;
  /** Services and what they wait for, as SVG. */
  drawServices(graph: ServiceGraph): Promise<string>;
}
