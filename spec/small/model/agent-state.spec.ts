import { reasonText } from '../../../lib/model/explain/reason.ts';
import { expect } from 'chai';
import {
  agentStateOf,
  isMet,
  restartedWithGroup,
  isReleased,
  releasable,
  type ServiceReport,
} from '../../../lib/model/policy/agent-state.ts';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import type { PublicState } from '../../../lib/model/states.ts';
import { agentPlan } from '../../support/actors/specs.ts';

const plan = agentPlan('pump1');
const HOLDER = 'agent:pump1';

function report(kind: string, state: PublicState, more: Partial<ServiceReport> = {}): ServiceReport {
  const serviceId = parseServiceId(`pump1-${kind}`);
  const isLaunched = state === 'running';
  const nothing = {
    isLaunched,
    isReady: state === 'running',
    isComplete: false,
    failureCount: 0,
    restartedBy: null,
    reason: null,
  };
  return { serviceId, state, intended: 'running', holders: [HOLDER], ...nothing, ...more };
}

function reports(...all: ServiceReport[]): Record<string, ServiceReport> {
  return Object.fromEntries(all.map((each) => [each.serviceId, each]));
}

describe('a dependency that has to be launched', () => {
  const rows = [
    ['starting', {}, false],
    ['starting', { isLaunched: true }, true],
    ['running', {}, true],
    ['stopping', {}, false],
    ['backoff', {}, false],
    ['stopped', { isLaunched: true, isComplete: true }, true],
  ] as const;
  for (const [state, more, expected] of rows) {
    it(`is ${expected ? 'met' : 'not met'} by a service that is ${state} ${JSON.stringify(more)}`, () => {
      expect(isMet('launched', report('coreio', state, more))).to.equal(expected);
    });
  }
});

describe('the state of an agent', () => {
  const rows: readonly (readonly [PublicState, PublicState, PublicState])[] = [
    ['running', 'running', 'running'],
    ['running', 'starting', 'starting'],
    ['running', 'stopping', 'starting'],
    ['backoff', 'starting', 'backoff'],
    ['backoff', 'failed', 'failed'],
    ['failed', 'running', 'failed'],
    ['stopped', 'running', 'starting'],
  ];
  for (const [coreio, corerl, expected] of rows) {
    it(`is ${expected} when coreio is ${coreio} and corerl is ${corerl}`, () => {
      const state = agentStateOf(plan, reports(report('coreio', coreio), report('corerl', corerl))).state;
      expect(state).to.equal(expected);
    });
  }

  it('is starting as long as a service has not been heard of', () => {
    expect(agentStateOf(plan, reports(report('coreio', 'running'))).state).to.equal('starting');
  });

  it('does not wait for a service that was stopped by hand', () => {
    const stopped = report('corerl', 'stopped', { intended: 'stopped' });
    expect(agentStateOf(plan, reports(report('coreio', 'running'), stopped)).state).to.equal('running');
  });

  it('is stopped when each of its services was stopped individually', () => {
    const all = ['coreio', 'corerl'].map((kind) => report(kind, 'stopped', { intended: 'stopped' }));
    expect(agentStateOf(plan, reports(...all)).state).to.equal('stopped');
  });

  it('counts a service that ended with success as up', () => {
    const complete = report('corerl', 'stopped', { isComplete: true });
    expect(agentStateOf(plan, reports(report('coreio', 'running'), complete)).state).to.equal('running');
  });

  it('says which service it is about and why', () => {
    const failed = report('corerl', 'failed', { reason: { code: 'executable_missing', text: 'no file' } });
    const { reason } = agentStateOf(plan, reports(report('coreio', 'running'), failed));
    expect(reasonText(reason)).to.equal('pump1-corerl is failed: no file');
  });
});

describe('letting go of services', () => {
  const coreio = report('coreio', 'running');

  it('begins with those that nothing depends on', () => {
    expect(releasable(plan, reports(coreio, report('corerl', 'running')), HOLDER)).to.deep.equal(['pump1-corerl']);
  });

  it('waits until a dependent is gone', () => {
    const leaving = report('corerl', 'stopping', { holders: [] });
    expect(releasable(plan, reports(coreio, leaving), HOLDER)).to.deep.equal([]);
    const gone = report('corerl', 'stopped', { holders: [] });
    expect(releasable(plan, reports(coreio, gone), HOLDER)).to.deep.equal(['pump1-coreio']);
  });

  it('is done when nothing is held and services without other holders are stopped', () => {
    const gone = report('corerl', 'stopped', { holders: [] });
    expect(isReleased(plan, reports(report('coreio', 'stopping', { holders: [] }), gone), HOLDER)).to.equal(false);
    expect(isReleased(plan, reports(report('coreio', 'stopped', { holders: [] }), gone), HOLDER)).to.equal(true);
    expect(isReleased(plan, reports(report('coreio', 'running', { holders: ['agent:pump2'] }), gone), HOLDER)).to.equal(
      true,
    );
  });
});

describe('the services that are restarted with one that failed', () => {
  const sharing = (id: string) => ({ ...agentPlan(id, { coreioId: 'io' }), strategy: 'one_for_all' }) as const;
  const agents = [sharing('a'), sharing('b')];
  const [io, own] = ['io', 'a-corerl'].map((id) => parseServiceId(id));
  const everything = () => true;

  it('are those of every agent that holds it', () => {
    expect(restartedWithGroup(agents, io!, everything)).to.deep.equal(['a-corerl', 'b-corerl']);
  });

  it('are also those that a shared one among them takes along', () => {
    expect(restartedWithGroup(agents, own!, everything)).to.deep.equal(['io', 'b-corerl']);
  });

  it('leave out those without a process, and with them what they would have taken along', () => {
    expect(restartedWithGroup(agents, own!, (id) => id !== io)).to.deep.equal([]);
  });
});
