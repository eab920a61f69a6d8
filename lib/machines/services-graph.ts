import type { ServiceGraph, ServiceNode } from '../model/policy/service-graph.ts';
import { Dressing } from './dressing.ts';
import { DRAWING, labelHtml, type DressedGraph } from './style.ts';

/** Services for layout by Graphviz: each above its dependencies. */
export function servicesGraph({ nodes, edges }: ServiceGraph): DressedGraph {
  const dressing = new Dressing();
  const graph = {
    ...DRAWING,
    nodes: nodes.map((node) => ({
      name: node.id,
      attributes: { id: dressing.add(dressOf(node)), label: { html: labelHtml(node.id, node.kind, 'center') } },
    })),
    edges: edges.map(({ from, to, condition }) => {
      const id = dressing.add({
        id: `dependency:${from}:${to}`,
        class: 'dependency',
        title: `${from} waits until ${to} is ${condition}`,
        data: { from, to, condition },
      });
      return { tail: from, head: to, attributes: { id, label: ` ${condition}` } };
    }),
  };
  return { graph, dressing };
}

function dressOf({ id, kind, state }: ServiceNode) {
  return { id: `service-${id}`, class: 'service', title: `${id}: ${state}`, data: { service: id, kind, state } };
}
