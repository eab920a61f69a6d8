import type { ServiceGraph, ServiceNode } from '../model/policy/service-graph.ts';
import { PartNames } from './part-names.ts';
import { DRAWING, labelHtml, type NamedGraph } from './style.ts';

/** Services for layout by Graphviz: each above its dependencies. */
export function servicesGraph({ nodes, edges }: ServiceGraph): NamedGraph {
  const names = new PartNames();
  const graph = {
    ...DRAWING,
    nodes: nodes.map((node) => ({
      name: node.id,
      attributes: { id: names.add(nameOf(node)), label: { html: labelHtml(node.id, node.kind, 'center') } },
    })),
    edges: edges.map(({ from, to, condition }) => {
      const id = names.add({
        id: `dependency:${from}:${to}`,
        class: 'dependency',
        title: `${from} waits until ${to} is ${condition}`,
        data: { from, to, condition },
      });
      return { tail: from, head: to, attributes: { id, label: ` ${condition}` } };
    }),
  };
  return { graph, names };
}

function nameOf({ id, kind, state }: ServiceNode) {
  return { id: `service-${id}`, class: 'service', title: `${id}: ${state}`, data: { service: id, kind, state } };
}
