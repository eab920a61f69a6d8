import { expect } from 'chai';
import { FakeProber } from '../../support/fake-prober.ts';
import { httpCheck, probeSpec, probeSubject, Told } from '../../support/probe-specs.ts';
import { describeProber, type ProberHarness } from '../../support/prober-contract.ts';

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

describe('the fake prober in the hands of a test', () => {
  it('lists what is watched now, oldest first', () => {
    const fake = new FakeProber();
    const subject = probeSubject(PUMP, { launch: { generation: 3 } });
    const end = fake.watch(subject, 'startup', PROBE, new Told());
    fake.watch(subject, 'liveness', PROBE, new Told());
    expect(fake.watches[0]).to.include({ serviceId: PUMP, generation: 3, kind: 'startup', spec: PROBE, subject });
    end();
    expect(fake.watches.map(({ kind }) => kind)).to.deep.equal(['liveness']);
    fake.close();
    expect(fake.watches).to.be.empty;
  });

  it('tells before pass() and fail() return', () => {
    const fake = new FakeProber();
    const told = new Told();
    fake.watch(probeSubject(PUMP), 'readiness', PROBE, told);
    fake.pass(PUMP, 'readiness');
    fake.fail(PUMP, 'readiness', 'nothing listens');
    expect(told.verdicts).to.deep.equal(['passed', 'nothing listens']);
  });

  it('refuses a verdict that nobody waits for', () => {
    const fake = new FakeProber();
    fake.watch(probeSubject(PUMP), 'readiness', PROBE, new Told());
    expect(() => {
      fake.pass(PUMP, 'liveness');
    }).to.throw('Nobody watches the liveness probe of the service "pump1-corerl".');
  });
});
