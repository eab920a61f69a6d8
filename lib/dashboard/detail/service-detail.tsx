import type { ReactNode } from 'react';
import { useWorld } from '../host-context.ts';
import { StateBadge } from '../words/state-badge.tsx';
import type { ServiceTab } from '../world/route.ts';

interface ServiceDetailProps {
  readonly id: string;
  readonly tab: ServiceTab;
}

/** One service. */
export function ServiceDetail({ id, tab }: ServiceDetailProps): ReactNode {
  const service = useWorld((world) => world.services.get(id));
  if (service === undefined) return <p className="hint">The host knows no service “{id}”.</p>;
  return (
    <article aria-label={tab}>
      <h2>{service.id}</h2>
      <StateBadge state={service.state} more={service.substate} />
    </article>
  );
}
