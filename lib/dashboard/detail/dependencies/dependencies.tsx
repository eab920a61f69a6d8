import { useCallback } from 'react';
import type { ReactNode } from 'react';
import type { ServiceView } from '../../../api/schemas/service.ts';
import { Drawing } from '../../drawing/drawing.tsx';
import { useHost, useWorld } from '../../host-context.ts';
import { goTo } from '../../route.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { StateMark } from '../../words/state-badge.tsx';
import { formatRoute } from '../../world/route.ts';
import { standingOf, STANDINGS, wordsOf } from '../../../frontend/world/standing.ts';
import { isDrawable, neighboursOf } from './neighbours.ts';
import type { ServiceGraph } from './neighbours.ts';

interface NeighbourProps {
  readonly id: string;
  readonly condition: string;
}

function Neighbour({ id, condition }: NeighbourProps): ReactNode {
  const service = useWorld((world) => world.services.get(id));
  const standing = service === undefined ? null : standingOf(service);
  return (
    <li>
      {standing === null ? null : <StateMark state={standing} />}{' '}
      <a href={formatRoute({ type: 'service', id, tab: 'dependencies' })}>{id}</a>
      {standing === null ? '' : `: ${wordsOf(standing)}`}; must be {condition}
    </li>
  );
}

function Neighbours({ graph, id }: { readonly graph: ServiceGraph; readonly id: string }): ReactNode {
  const { waitsFor, waitedForBy } = neighboursOf(graph, id);
  return (
    <div className="neighbours">
      <h3>Waits for</h3>
      {waitsFor.length === 0 ? <p>Nothing.</p> : null}
      <ul>
        {waitsFor.map(({ to, condition }) => (
          <Neighbour key={to} id={to} condition={condition} />
        ))}
      </ul>
      <h3>Needed by</h3>
      {waitedForBy.length === 0 ? <p>Nothing.</p> : null}
      <ul>
        {waitedForBy.map(({ from, condition }) => (
          <Neighbour key={from} id={from} condition={condition} />
        ))}
      </ul>
    </div>
  );
}

function Graph({ svg, id }: { readonly svg: string; readonly id: string }): ReactNode {
  const services = useWorld((world) => world.services);
  const decorate = useCallback(
    (drawn: SVGSVGElement) => {
      for (const node of drawn.querySelectorAll<SVGGElement>('.service')) {
        const name = node.dataset['service'] ?? '';
        const service = services.get(name);
        node.classList.remove(...STANDINGS.map((standing) => `is-${standing}`));
        node.classList.add(`is-${service === undefined ? 'stopped' : standingOf(service)}`);
        node.classList.toggle('is-current', name === id);
      }
      return null;
    },
    [services, id],
  );
  return (
    <Drawing
      svg={svg}
      label="Dependency graph"
      decorate={decorate}
      onChoose={(chosen) => {
        const name = chosen.closest<SVGGElement>('.service')?.dataset['service'];
        if (name !== undefined) goTo({ type: 'service', id: name, tab: 'dependencies' });
      }}
    />
  );
}

/** The dependencies and dependents of a service, as lists and as a graph with the services around them. */
export function Dependencies({ service: { id, agents } }: { readonly service: ServiceView }): ReactNode {
  const { client } = useHost();
  const agentId = agents[0];
  const { value, problem } = useAnswer(
    async (signal) => {
      const query = agentId === undefined ? {} : { agent_id: agentId };
      const graph = await client.getServiceGraph({ query, signal });
      if (!isDrawable(graph)) return { graph, svg: null };
      const answer = await client.getServiceGraph({ query: { ...query, format: 'svg' }, signal });
      return { graph, svg: answer as unknown as string }; // the response text of that format; the type is that of the default format
    },
    [client, id, agentId],
  );
  return (
    <section className="dependencies" aria-label="Dependencies">
      <Problem sentence={problem} />
      {value === null ? null : <Neighbours graph={value.graph} id={id} />}
      {value?.svg == null ? null : <Graph svg={value.svg} id={id} />}
    </section>
  );
}
