import type { Result } from '../../../client/client.ts';

/** Services and what they wait for. */
export type ServiceGraph = Result<'getServiceGraph'>;

type Edge = ServiceGraph['edges'][number];

/** What a service waits for, and what waits for it. */
export function neighboursOf(
  { edges }: ServiceGraph,
  id: string,
): { readonly waitsFor: readonly Edge[]; readonly waited: readonly Edge[] } {
  return { waitsFor: edges.filter(({ from }) => from === id), waited: edges.filter(({ to }) => to === id) };
}

/** Whether a graph is small enough to be drawn for people. */
export function isDrawable({ nodes, edges }: ServiceGraph): boolean {
  return edges.length > 0 && nodes.length <= 60;
}
