import type { Result } from '../../../client/client.ts';

/** Services and their dependencies. */
export type ServiceGraph = Result<'getServiceGraph'>;

type Edge = ServiceGraph['edges'][number];

/** The dependencies and the dependents of a service. */
export function neighboursOf(
  { edges }: ServiceGraph,
  id: string,
): { readonly waitsFor: readonly Edge[]; readonly waitedForBy: readonly Edge[] } {
  return { waitsFor: edges.filter(({ from }) => from === id), waitedForBy: edges.filter(({ to }) => to === id) };
}

/** Whether a graph is small enough to be readable. */
export function isDrawable({ nodes, edges }: ServiceGraph): boolean {
  return edges.length > 0 && nodes.length <= 60;
}
