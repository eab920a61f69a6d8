import { expect } from 'chai';
import type { ProbeSpec } from '../../../lib/model/probe.ts';
import type { Prober } from '../../../lib/ports/prober.ts';
import { eventually } from '../eventually.ts';
import { probeTarget, RecordedVerdicts } from './probe-specs.ts';

/** A prober under test, with control over the health of the services. */
export interface ProberHarness {
  readonly prober: Prober;
  /** A probe whose checks have the result set by {@link turn}; they do not complete before its first call. */
  probe(serviceId: string): ProbeSpec;
  /**
   * Sets the result of all further checks of a service. Resolves when its watch, if there is only one, has tallied one.
   */
  turn(serviceId: string, isHealthy: boolean): Promise<void>;
  dispose(): Promise<void>;
}

const PUMP = 'pump1-corerl';
const VALVE = 'valve1-corerl';

/** The contract of the Prober port, for every implementation. */
export function describeProber(name: string, open: () => Promise<ProberHarness>): void {
  describe(`${name} (prober)`, () => {
    let harness: ProberHarness;
    let prober: Prober;

    beforeEach(async () => {
      harness = await open();
      prober = harness.prober;
    });

    afterEach(() => harness.dispose());

    function watched(
      serviceId = PUMP,
      kind: 'readiness' | 'liveness' = 'readiness',
    ): RecordedVerdicts & { end: () => void } {
      const recorded = new RecordedVerdicts();
      const end = prober.watch(probeTarget(serviceId), kind, harness.probe(serviceId), recorded);
      return Object.assign(recorded, { end });
    }

    async function verdicts(recorded: RecordedVerdicts, count: number): Promise<readonly string[]> {
      return eventually(() => {
        expect(recorded.verdicts).to.have.length(count);
        return recorded.verdicts;
      });
    }

    it('reports a pass, but not before watch() has returned', async () => {
      const recorded = watched();
      expect(recorded.verdicts).to.be.empty;
      await harness.turn(PUMP, true);
      expect(await verdicts(recorded, 1)).to.deep.equal(['passed']);
    });

    it('reports a failure with a sentence', async () => {
      const recorded = watched();
      await harness.turn(PUMP, false);
      const [reason] = await verdicts(recorded, 1);
      expect(reason).to.match(/returned 503, expected 200-399$/);
    });

    it('reports only changes', async () => {
      const recorded = watched();
      for (const isHealthy of [true, true, false, false, true]) await harness.turn(PUMP, isHealthy);
      const [first, second, third] = await verdicts(recorded, 3);
      expect([first, third]).to.deep.equal(['passed', 'passed']);
      expect(second).to.include('503');
    });

    it('distinguishes between the probes of different services', async () => {
      const [pump, valve] = [watched(PUMP), watched(VALVE)];
      await harness.turn(PUMP, true);
      await harness.turn(VALVE, false);
      expect(await verdicts(pump, 1)).to.deep.equal(['passed']);
      expect((await verdicts(valve, 1))[0]).to.include('503');
    });

    it('reports to all observers of the same service', async () => {
      const observers = [watched(PUMP, 'readiness'), watched(PUMP, 'liveness')];
      await harness.turn(PUMP, true);
      for (const recorded of observers) expect(await verdicts(recorded, 1)).to.deep.equal(['passed']);
    });

    it('reports nothing once the watch has ended, even if it is ended twice', async () => {
      const [ended, witness] = [watched(), watched()];
      ended.end();
      ended.end();
      await harness.turn(PUMP, true);
      await verdicts(witness, 1);
      expect(ended.verdicts).to.be.empty;
    });

    it('can be ended by its own observer', async () => {
      const recorded = watched();
      const passed = recorded.passed.bind(recorded);
      recorded.passed = () => {
        passed();
        recorded.end();
      };
      const witness = watched();
      await harness.turn(PUMP, true);
      await verdicts(recorded, 1);
      await verdicts(witness, 1);
      await harness.turn(PUMP, false);
      await verdicts(witness, 2);
      expect(recorded.verdicts).to.deep.equal(['passed']);
    });

    it('starts from scratch with each watch', async () => {
      const first = watched();
      await harness.turn(PUMP, true);
      await verdicts(first, 1);
      first.end();
      const second = watched();
      await harness.turn(PUMP, true);
      expect(await verdicts(second, 1)).to.deep.equal(['passed']);
      expect(first.verdicts).to.have.length(1);
    });

    it('reports nothing and watches nothing once it is closed', () => {
      const recorded = watched();
      prober.close();
      prober.close();
      const late = watched();
      late.end();
      recorded.end();
      expect([...recorded.verdicts, ...late.verdicts]).to.be.empty;
    });
  });
}
