import type { ReactNode } from 'react';
import { useWorld } from '../host-context.ts';
import { StateBadge } from '../words/state-badge.tsx';

/** One agent. */
export function AgentDetail({ id }: { readonly id: string }): ReactNode {
  const agent = useWorld((world) => world.agents.get(id));
  if (agent === undefined) return <p className="hint">The host knows no agent “{id}”.</p>;
  return (
    <article>
      <h2>{agent.id}</h2>
      <StateBadge state={agent.state} />
    </article>
  );
}
