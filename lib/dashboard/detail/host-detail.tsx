import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { useWorld } from '../host-context.ts';
import { StateBadge } from '../words/state-badge.tsx';
import { countStates, STATES } from '../world/groups.ts';
import { Webhooks } from './webhooks/webhooks.tsx';
import { Resources } from './resources/resources.tsx';
import './detail.css';

/** The host itself, shown when nothing is selected. */
export function HostDetail(): ReactNode {
  const health = useWorld((world) => world.health);
  const services = useWorld((world) => world.services);
  const counts = useMemo(() => countStates(services.values()), [services]);
  if (health === null) return <p className="hint">Loading…</p>;
  return (
    <article className="thing">
      <div className="thing-head">
        <h2>This host</h2>
      </div>
      <p>
        Coredinator {health.version} (pid {health.process_id}) is {health.status}. Select an agent or a service in the
        list.
      </p>
      {health.reasons?.map((reason) => (
        <p key={reason} className="reason">
          {reason}
        </p>
      ))}
      <dl className="facts">
        {STATES.filter((state) => counts[state] > 0).map((state) => (
          <div key={state}>
            <dt>
              <StateBadge state={state} />
            </dt>
            <dd>
              {counts[state]} {counts[state] === 1 ? 'service' : 'services'}
            </dd>
          </div>
        ))}
      </dl>
      <Webhooks />
      <Resources id={null} />
    </article>
  );
}
