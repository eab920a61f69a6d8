import type { AnyStateMachine } from 'xstate';
import { MachineNotFoundError } from '../model/errors.ts';
import type { ServiceGraph } from '../model/policy/service-graph.ts';
import { inWords } from '../model/states.ts';
import type { DrawnEvents, MachineLibrary, MachineSummary } from '../ports/machine-library.ts';
import { arrowsOf } from './arrows.ts';
import { chartOf, statesIn, type Chart } from './chart.ts';
import { configOf } from './config.ts';
import { machineGraph } from './machine-graph.ts';
import { mermaidOf } from './mermaid.ts';
import { servicesGraph } from './services-graph.ts';
import { statelySnippet } from './snippet.ts';
import { drawSvg } from './svg.ts';

/** A machine in the library. */
export interface KnownMachine {
  readonly machine: AnyStateMachine;
  /** One sentence. */
  readonly title: string;
  /** Events that almost every state handles; a drawing omits them unless asked to show all. */
  readonly omittedEvents: readonly string[];
  /** An input to start it with, for exports that run. */
  readonly exampleInput: unknown;
}

/** A drawing that exists already; null: there is none. */
export type ExistingDrawing = (name: string, events: DrawnEvents) => Promise<string | null>;

/** The machines by chart id; created on first use, not while the host starts. */
export function machineLibrary(
  make: () => readonly KnownMachine[],
  existing: ExistingDrawing = () => Promise.resolve(null),
): MachineLibrary {
  return new Library(make, existing);
}

class Library implements MachineLibrary {
  readonly #make: () => readonly KnownMachine[];
  readonly #existing: ExistingDrawing;
  #made: ReadonlyMap<string, KnownMachine> | null = null;
  /** By name and events; a drawing takes a while and never changes. */
  readonly #drawings = new Map<string, Promise<string>>();
  /** The last services graph: pages request it again and again. */
  #services: { readonly of: string; readonly svg: Promise<string> } | null = null;

  constructor(make: () => readonly KnownMachine[], existing: ExistingDrawing) {
    this.#make = make;
    this.#existing = existing;
  }

  get #machines(): ReadonlyMap<string, KnownMachine> {
    return (this.#made ??= new Map(this.#make().map((known) => [known.machine.id, known])));
  }

  list(): readonly MachineSummary[] {
    return [...this.#machines.values()].map(({ machine, title }) => ({
      name: machine.id,
      title,
      version: machine.version ?? null,
      states: statesIn(chartOf(machine).root).map(({ path }) => path),
    }));
  }

  config(name: string): Readonly<Record<string, unknown>> {
    return configOf(this.#known(name).machine);
  }

  stately(name: string): string {
    const { machine, exampleInput } = this.#known(name);
    return statelySnippet(machine, exampleInput);
  }

  mermaid(name: string, events: DrawnEvents): string {
    const known = this.#known(name);
    const chart = chartOf(known.machine);
    return mermaidOf(chart, arrowsOf(chart, omitted(known, events)));
  }

  svg(name: string, events: DrawnEvents): Promise<string> {
    const known = this.#known(name);
    const key = `${name} ${events}`;
    const kept = this.#drawings.get(key);
    if (kept !== undefined) return kept;
    const made = this.#existing(name, events).then(
      (text) => text ?? drawMachine(known, chartOf(known.machine), events),
    );
    this.#drawings.set(key, made);
    made.catch(() => this.#drawings.delete(key)); // retried by the next request
    return made;
  }

  drawServices(graph: ServiceGraph): Promise<string> {
    const of = JSON.stringify(graph);
    if (this.#services?.of === of) return this.#services.svg;
    const description = graph.nodes.map(({ id, state }) => `${id} is ${inWords(state)}.`).join(' ');
    const caption = { name: 'services', title: 'Services and their dependencies', description };
    const svg = drawSvg(servicesGraph(graph), caption);
    this.#services = { of, svg };
    svg.catch(() => (this.#services = null)); // likewise
    return svg;
  }

  #known(name: string): KnownMachine {
    const known = this.#machines.get(name);
    if (known === undefined) throw new MachineNotFoundError(name, [...this.#machines.keys()]);
    return known;
  }
}

function omitted({ omittedEvents }: KnownMachine, events: DrawnEvents): readonly string[] {
  return events === 'all' ? [] : omittedEvents;
}

function drawMachine(known: KnownMachine, chart: Chart, events: DrawnEvents): Promise<string> {
  const { title } = known;
  const left = omitted(known, events);
  const states = chart.root.states.map(({ name }) => name).join(', ');
  const without = left.length === 0 ? '' : ` Transitions by ${left.join(' and ')} are left out.`;
  const description = `${title} Its states: ${states}.${without}`;
  const caption = { name: chart.name, title: `The ${chart.name} machine`, description };
  return drawSvg(machineGraph(chart, arrowsOf(chart, left)), caption);
}
