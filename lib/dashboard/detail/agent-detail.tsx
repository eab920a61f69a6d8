import { useMemo } from 'react';
import { processCell } from '../../frontend/words/process.ts';
import type { ReactNode } from 'react';
import type { ServiceView } from '../../api/schemas/service.ts';
import { Commands } from '../command/commands.tsx';
import { useWorld } from '../host-context.ts';
import { ReportButton } from '../report/report-button.tsx';
import { StateBadge } from '../words/state-badge.tsx';
import { duration, localInstant } from '../words/time.ts';
import { useNow } from '../words/use-now.ts';
import { formatRoute } from '../world/route.ts';
import { LazyHistory } from './history/lazy-history.tsx';
import './detail.css';

function ServiceRow({ id, service }: { readonly id: string; readonly service: ServiceView | undefined }): ReactNode {
  return (
    <tr>
      <th scope="row">
        <a href={formatRoute({ type: 'service', id, tab: 'overview' })}>{id}</a>
      </th>
      <td data-label="State">
        {service === undefined ? (
          '–'
        ) : (
          <StateBadge state={service.state} more={service.substate} isInDoubt={service.doubt !== null} />
        )}
      </td>
      <td data-label="Version">{service?.version ?? '–'}</td>
      <td data-label="Pid">{service === undefined ? '–' : (processCell(service) ?? '–')}</td>
      <td data-label="Restarts">{service?.restarts ?? '–'}</td>
      <td>{service?.reason ?? ''}</td>
    </tr>
  );
}

function ServiceTable({ ids }: { readonly ids: readonly string[] }): ReactNode {
  const services = useWorld((world) => world.services);
  return (
    <div className="wide">
      <table className="table stacked">
        <caption className="visually-hidden">Services</caption>
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col">State</th>
            <th scope="col">Version</th>
            <th scope="col">Pid</th>
            <th scope="col">Restarts</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          {ids.map((id) => (
            <ServiceRow key={id} id={id} service={services.get(id)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** An agent and its services. */
export function AgentDetail({ id }: { readonly id: string }): ReactNode {
  const agent = useWorld((world) => world.agents.get(id));
  const isKnown = useWorld((world) => world.health !== null);
  const now = useNow(true);
  const subject = useMemo(() => ({ agent: id, service: null }), [id]);
  if (agent === undefined) {
    return <p className="hint">{isKnown ? `There is no agent “${id}” on this host.` : 'Loading…'}</p>;
  }
  const { since, reason, intended_state: intended, config_path: path } = agent;
  return (
    <article className="thing">
      <div className="thing-head">
        <h2>{agent.id}</h2>
        <StateBadge state={agent.state} />
        <Commands target={{ type: 'agent', view: agent }} />
      </div>
      <div className="situation">
        <p>
          Agent of type <b>{agent.type}</b>, intended to be <b>{intended}</b>; in this state since{' '}
          {localInstant(since, now)} ({duration(now - Date.parse(since))})
        </p>
        {reason === null ? null : <p className="reason">{reason}</p>}
        {path === null ? null : (
          <p>
            Configuration: <code>{path}</code>
          </p>
        )}
      </div>
      <ServiceTable ids={agent.services} />
      <ReportButton subject={subject} label="Report of this agent" className="button" />
      <h3>History</h3>
      <LazyHistory subject={{ type: 'agent', view: agent }} />
    </article>
  );
}
