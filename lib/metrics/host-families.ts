import type { Family, Sample } from './family.ts';
import type { Frame } from './frame.ts';
import { STATES } from './label-values.ts';

/** Facts about a host that are not in the frame. */
export interface HostFacts {
  readonly version: string;
  /** The time from its start until it was ready; null: it is not ready. */
  readonly readyAfterSeconds: number | null;
  /** The number of the newest event in the journal; null: there is none yet. */
  readonly lastSeq: number | null;
}

/** The families of the host as a whole and of its agents. */
export function hostFamilies(frame: Frame, { version, readyAfterSeconds, lastSeq }: HostFacts): readonly Family[] {
  return [
    {
      name: 'coredinator_build_info',
      help: 'Always 1; the versions of the host, of Node and of the platform.',
      type: 'gauge',
      labelNames: ['version', 'node_version', 'platform'],
      read: () => [{ labels: { version, node_version: process.version, platform: process.platform }, value: 1 }],
    },
    {
      name: 'coredinator_ready_after_seconds',
      help: 'Time from the start of the host until it was ready, with all stored actors restored.',
      type: 'gauge',
      labelNames: [],
      read: () => alone(readyAfterSeconds),
    },
    {
      name: 'coredinator_health_reasons',
      help: 'Number of reasons for which the host is degraded, as in the health check. 0: it is healthy.',
      type: 'gauge',
      labelNames: [],
      read: () => alone(frame.healthReasons),
    },
    {
      name: 'coredinator_journal_last_seq',
      help: 'The number of the newest event in the journal.',
      type: 'gauge',
      labelNames: [],
      read: () => alone(lastSeq),
    },
    {
      name: 'coredinator_agents',
      help: 'Agents by state.',
      type: 'gauge',
      labelNames: ['state'],
      read: () => countsOf(frame.agents),
    },
    {
      name: 'coredinator_services',
      help: 'Services by state.',
      type: 'gauge',
      labelNames: ['state'],
      read: () => countsOf(frame.services),
    },
    {
      name: 'coredinator_agent_state',
      help: '1 for the current state of the agent, 0 for the others.',
      type: 'gauge',
      labelNames: ['agent', 'state'],
      read: () =>
        frame.agents.flatMap((agent) =>
          STATES.map((state) => ({ labels: { agent: agent.id, state }, value: Number(agent.state === state) })),
        ),
    },
  ];
}

function alone(value: number | null): readonly Sample[] {
  return value === null ? [] : [{ labels: {}, value }];
}

function countsOf(things: readonly { readonly state: string }[]): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const { state } of things) counts.set(state, (counts.get(state) ?? 0) + 1);
  return STATES.map((state) => ({ labels: { state }, value: counts.get(state) ?? 0 }));
}
