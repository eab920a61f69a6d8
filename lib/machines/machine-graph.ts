import type { Edge, Graph, Node, Subgraph } from '@viz-js/viz';
import type { Arrow } from './arrows.ts';
import { statesIn, type Chart, type State } from './chart.ts';
import { PartNames } from './part-names.ts';
import { DRAWING, FONT, labelHtml, textOf, type NamedGraph } from './style.ts';

/**
 * A chart for layout by Graphviz: states with states inside are clusters, with arrows starting and ending at their
 * borders. The outermost states are placed below each other in chart order, so that their arrows lead down or back up
 * and their labels find room.
 */
export function machineGraph(chart: Chart, arrows: readonly Arrow[]): NamedGraph {
  const builder = new GraphBuilder(chart.root, arrows);
  const graph: Graph = {
    ...DRAWING,
    ...builder.outside(),
    edges: [
      ...builder.order(),
      ...builder.beginnings(),
      ...builder.ends(),
      ...arrows.map((arrow) => builder.arrow(arrow)),
    ],
  };
  return { graph, names: builder.names };
}

const POINT = {
  shape: 'circle',
  style: 'filled',
  fillcolor: 'black',
  label: '',
  width: 0.12,
  height: 0.12,
  fixedsize: true,
} as const;
const CHOICE = { shape: 'diamond', style: 'solid', margin: 0.02 } as const;
/** The source of arrows that start in any state. */
const ANY = '';
const NOTHING = { style: 'invis', label: '', width: 0.01, height: 0.01, fixedsize: true } as const;

/** Where a Graphviz edge touches a state. */
interface Place {
  readonly node: string;
  /** The cluster at whose border the edge is clipped; null: the state is a node. */
  readonly border: string | null;
}

class GraphBuilder {
  readonly names = new PartNames();
  readonly #root: State;
  readonly #arrows: readonly Arrow[];
  readonly #states: readonly State[];
  readonly #byPath: ReadonlyMap<string, State>;

  constructor(root: State, arrows: readonly Arrow[]) {
    this.#root = root;
    this.#arrows = arrows;
    this.#states = statesIn(root);
    this.#byPath = new Map(this.#states.map((state) => [state.path, state]));
  }

  /** Nodes and clusters of the whole chart; arrows that start in any state start at a node of their own. */
  outside(): Subgraph {
    const { nodes = [], ...rest } = this.inside(this.#root);
    return { ...rest, nodes: this.#arrows.some(({ source }) => source === ANY) ? [...nodes, this.#anyState()] : nodes };
  }

  /** Nodes and clusters inside a state. */
  inside(state: State): Subgraph {
    const isOutermost = state.path !== '' && !state.path.includes('.');
    const leaves = state.states.filter((child) => !isCluster(child));
    const begin = { id: this.names.add({ id: `initial-${state.path}`, class: 'initial' }), ...POINT };
    // A parallel state gets no initial marker: the states inside have their own.
    const marker = { name: beginOf(state.path), attributes: state.initial === null ? NOTHING : begin };
    return {
      nodes: [
        ...(state.path === '' && state.initial === null ? [] : [marker]),
        ...leaves.map((leaf) => this.#node(leaf)),
        ...(isOutermost ? [{ name: endOf(state.path), attributes: NOTHING }] : []),
      ],
      subgraphs: state.states.filter(isCluster).map((child) => this.#cluster(child)),
    };
  }

  /** From each marker to its initial state. */
  beginnings(): readonly Edge[] {
    return [this.#root, ...this.#states].flatMap(({ path, initial }) => {
      if (initial === null) return [];
      const { node, border } = this.#top(initial);
      const id = this.names.add({ id: `begin-${path}`, class: 'begin' });
      return [{ tail: beginOf(path), head: node, attributes: { id, ...(border === null ? {} : { lhead: border }) } }];
    });
  }

  /** Arrows into an outermost state end above everything inside it, and those out of it start below. */
  ends(): readonly Edge[] {
    const hidden = { style: 'invis', weight: 0 };
    return this.#root.states.filter(isCluster).flatMap((outermost) => {
      const [begin, end] = [beginOf(outermost.path), endOf(outermost.path)];
      const leaves = statesIn(outermost).filter((state) => !isCluster(state));
      return [
        { tail: begin, head: end, attributes: hidden },
        ...leaves.flatMap(({ path }) => [
          { tail: begin, head: path, attributes: hidden },
          { tail: path, head: end, attributes: hidden },
        ]),
      ];
    });
  }

  /** Places each outermost state below the previous one, with room for labels in between. */
  order(): readonly Edge[] {
    const { states } = this.#root;
    return states.slice(1).map((state, index) => ({
      tail: this.#bottom(states[index]?.path ?? '').node,
      head: this.#top(state.path).node,
      attributes: { style: 'invis', weight: 0, minlen: 2 },
    }));
  }

  arrow({ source, target, causes, labels }: Arrow): Edge {
    const id = this.names.add({
      id: `transition:${source}:${causes.join(',')}:${target}`,
      class: 'transition',
      title: `${source === ANY ? 'any state' : source} → ${target}${labels.length === 0 ? '' : `: ${labels.join('; ')}`}`,
      data: { source, target, causes: causes.join(' ') },
    });
    const base = { id, label: textOf(labels) };
    if (this.#order(source) <= this.#order(target)) return edge(this.#bottom(source), this.#top(target), base);
    return edge(this.#bottom(target), this.#top(source), { ...base, dir: 'back' });
  }

  /** Before all others, as for arrows from any state. */
  #order(path: string): number {
    const [outermost] = path.split('.');
    return this.#root.states.findIndex((state) => state.path === outermost);
  }

  #top(path: string): Place {
    return this.#isCluster(path) ? { node: beginOf(path), border: clusterOf(path) } : { node: path, border: null };
  }

  #bottom(path: string): Place {
    const isOutermost = !path.includes('.');
    return this.#isCluster(path) && isOutermost ? { node: endOf(path), border: clusterOf(path) } : this.#top(path);
  }

  #isCluster(path: string): boolean {
    const state = this.#byPath.get(path);
    return state !== undefined && isCluster(state);
  }

  #anyState(): Node {
    const id = this.names.add({
      id: 'any-state',
      class: 'any',
      title: 'Any state without an arrow of its own for it',
    });
    return { name: ANY, attributes: { id, label: 'any state', style: 'rounded,dashed' } };
  }

  #node(state: State): Node {
    if (state.isChoice)
      return { name: state.path, attributes: { ...CHOICE, id: this.#dress(state), label: state.name } };
    const attributes = { id: this.#dress(state), label: { html: labelHtml(state.name, doingOf(state), 'center') } };
    return { name: state.path, attributes: state.type === 'final' ? { ...attributes, peripheries: 2 } : attributes };
  }

  #cluster(state: State): Subgraph {
    const label = { html: labelHtml(state.name, doingOf(state), 'left') };
    const graphAttributes = { id: this.#dress(state), label, style: 'rounded', margin: 14, labeljust: 'l', ...FONT };
    return { name: clusterOf(state.path), graphAttributes, ...this.inside(state) };
  }

  #dress({ path, type }: State): string {
    return this.names.add({ id: `state-${path}`, class: `state ${type}`, title: path, data: { state: path } });
  }
}

const beginOf = (path: string): string => `begin ${path}`;
const endOf = (path: string): string => `end ${path}`;
const clusterOf = (path: string): string => `cluster ${path}`;

function isCluster({ states }: State): boolean {
  return states.length > 0;
}

function doingOf({ effects }: State): string | null {
  return effects.length === 0 ? null : `do / ${[...new Set(effects)].join(', ')}`;
}

function edge(from: Place, to: Place, attributes: NonNullable<Edge['attributes']>): Edge {
  return {
    ...{ tail: from.node, head: to.node },
    attributes: {
      ...attributes,
      ...(from.border === null ? {} : { ltail: from.border }),
      ...(to.border === null ? {} : { lhead: to.border }),
    },
  };
}
