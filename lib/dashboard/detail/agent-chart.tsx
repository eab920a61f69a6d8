import type { ReactNode } from 'react';
import type { AgentView } from '../../api/schemas/agent.ts';
import { Statechart } from '../drawing/statechart.tsx';
import { useHost } from '../host-context.ts';
import { useAnswer } from '../use-answer.ts';
import { Problem } from '../words/problem.tsx';
import './overview/overview.css';

/** Where an agent is in its statechart, and how it got there, from the journal. */
export function AgentChart({ agent }: { readonly agent: AgentView }): ReactNode {
  const { client } = useHost();
  const { value, problem } = useAnswer(
    (signal) => client.getAgentHistory({ id: agent.id, query: { order: 'newest_first', limit: 10 }, signal }),
    [client, agent],
  );
  const last = value?.steps.find(({ type }) => type === 'agent.state_changed');
  // What the journal tells may be a moment behind the agent.
  const move = last?.state === agent.state ? last : null;
  return (
    <section className="charted" aria-label="Statechart">
      <h3>Statechart</h3>
      <Problem sentence={problem} />
      <Statechart machine="agent" standing={{ state: agent.state, substate: move?.substate ?? null }} move={move} />
    </section>
  );
}
