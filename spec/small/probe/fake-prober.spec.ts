import { expect } from 'chai';
import { FakeProber } from '../../support/probe/fake-prober.ts';
import { httpCheck, probeSpec, probeTarget, RecordedVerdicts } from '../../support/probe/probe-specs.ts';
import { describeProber, type ProberHarness } from '../../support/probe/prober-contract.ts';

const PUMP = 'pump1-corerl';
const PROBE = probeSpec(httpCheck(7101));

function harnessOf(fake: FakeProber): ProberHarness {
  return {
    prober: fake,
    probe: () => PROBE,
    turn: (serviceId, isHealthy) => {
      for (const kind of new Set(fake.watches.map((watch) => watch.kind))) {
        if (isHealthy) fake.pass(serviceId, kind);
        else fake.fail(serviceId, kind);
      }
      return Promise.resolve();
    },
    dispose: () => {
      fake.close();
      return Promise.resolve();
    },
  };
}

describeProber('the fake', () => Promise.resolve(harnessOf(new FakeProber())));

describe('the fake prober, used by a test', () => {
  it('lists the current watches, oldest first', () => {
    const fake = new FakeProber();
    const target = probeTarget(PUMP, { launch: { generation: 3 } });
    const end = fake.watch(target, 'startup', PROBE, new RecordedVerdicts());
    fake.watch(target, 'liveness', PROBE, new RecordedVerdicts());
    expect(fake.watches[0]).to.include({ serviceId: PUMP, generation: 3, kind: 'startup', spec: PROBE, target });
    end();
    expect(fake.watches.map(({ kind }) => kind)).to.deep.equal(['liveness']);
    fake.close();
    expect(fake.watches).to.be.empty;
  });

  it('reports before pass() and fail() return', () => {
    const fake = new FakeProber();
    const recorded = new RecordedVerdicts();
    fake.watch(probeTarget(PUMP), 'readiness', PROBE, recorded);
    fake.pass(PUMP, 'readiness');
    fake.fail(PUMP, 'readiness', 'nothing listens');
    expect(recorded.verdicts).to.deep.equal(['passed', 'nothing listens']);
  });

  it('rejects a verdict for a probe without a watch', () => {
    const fake = new FakeProber();
    fake.watch(probeTarget(PUMP), 'readiness', PROBE, new RecordedVerdicts());
    expect(() => {
      fake.pass(PUMP, 'liveness');
    }).to.throw('There is no watch for the liveness probe of the service "pump1-corerl".');
  });
});
