import { expect } from 'chai';
import { serviceGraph, type GraphedService } from '../../../lib/model/policy/service-graph.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';

function service(id: string, agents: readonly string[], ...dependsOn: readonly string[]): GraphedService {
  const waits = dependsOn.map((on) => ({ serviceId: parseServiceId(on), condition: 'started' as const }));
  return { id: parseServiceId(id), kind: 'corerl', state: 'running', agents, dependsOn: waits };
}

const SERVICES = [
  service('shared-io', ['pump1', 'pump2']),
  service('pump1-corerl', ['pump1'], 'shared-io'),
  service('pump2-corerl', ['pump2'], 'shared-io', 'gateway'),
  service('gateway', []),
  service('lonely', [], 'gone'),
];

function idsOf(agentId: string | null): readonly string[] {
  return serviceGraph(SERVICES, agentId).nodes.map(({ id }) => id);
}

describe('the graph of services', () => {
  it('has all services and what they wait for', () => {
    const { nodes, edges } = serviceGraph(SERVICES, null);
    expect(nodes[0]).to.deep.equal({ id: 'shared-io', kind: 'corerl', state: 'running' });
    expect(nodes).to.have.length(5);
    expect(edges.map(({ from, to, condition }) => `${from} ${condition} ${to}`)).to.deep.equal([
      'pump1-corerl started shared-io',
      'pump2-corerl started shared-io',
      'pump2-corerl started gateway',
    ]);
  });

  it('has of an agent what it holds and what that waits for, whoever holds it', () => {
    expect(idsOf('pump1')).to.deep.equal(['shared-io', 'pump1-corerl']);
    expect(idsOf('pump2')).to.deep.equal(['shared-io', 'pump2-corerl', 'gateway']);
    expect(idsOf('nobody')).to.deep.equal([]);
  });
});
