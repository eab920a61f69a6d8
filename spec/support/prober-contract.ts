import { expect } from 'chai';
import type { ProbeSpec } from '../../lib/model/probe.ts';
import type { Prober } from '../../lib/ports/prober.ts';
import { eventually } from './eventually.ts';
import { probeSubject, Told } from './probe-specs.ts';

/** One prober under test, with the means to decide how the services are. */
export interface ProberHarness {
  readonly prober: Prober;
  /** A probe whose checks go as {@link turn} says; nothing is known before its first call. */
  probe(serviceId: string): ProbeSpec;
  /** From now on the checks of that service go like that. Resolves when its watch, if there is just one, has tallied one of them. */
  turn(serviceId: string, isHealthy: boolean): Promise<void>;
  dispose(): Promise<void>;
}

const PUMP = 'pump1-corerl';
const VALVE = 'valve1-corerl';

/** The promises of the Prober port, which every implementation keeps. */
export function describeProber(name: string, open: () => Promise<ProberHarness>): void {
  describe(`${name} (prober)`, () => {
    let harness: ProberHarness;
    let prober: Prober;

    beforeEach(async () => {
      harness = await open();
      prober = harness.prober;
    });

    afterEach(() => harness.dispose());

    function watched(serviceId = PUMP, kind: 'readiness' | 'liveness' = 'readiness'): Told & { end: () => void } {
      const told = new Told();
      const end = prober.watch(probeSubject(serviceId), kind, harness.probe(serviceId), told);
      return Object.assign(told, { end });
    }

    async function verdicts(told: Told, count: number): Promise<readonly string[]> {
      return eventually(() => {
        expect(told.verdicts).to.have.length(count);
        return told.verdicts;
      });
    }

    it('tells of a pass, and not before the watch has begun', async () => {
      const told = watched();
      expect(told.verdicts).to.be.empty;
      await harness.turn(PUMP, true);
      expect(await verdicts(told, 1)).to.deep.equal(['passed']);
    });

    it('tells of a failure with a sentence', async () => {
      const told = watched();
      await harness.turn(PUMP, false);
      const [reason] = await verdicts(told, 1);
      expect(reason).to.match(/answered 503, not 200-399$/);
    });

    it('tells of changes only', async () => {
      const told = watched();
      for (const isHealthy of [true, true, false, false, true]) await harness.turn(PUMP, isHealthy);
      const [first, second, third] = await verdicts(told, 3);
      expect([first, third]).to.deep.equal(['passed', 'passed']);
      expect(second).to.include('503');
    });

    it('tells the probes of one service and those of others apart', async () => {
      const [pump, valve] = [watched(PUMP), watched(VALVE)];
      await harness.turn(PUMP, true);
      await harness.turn(VALVE, false);
      expect(await verdicts(pump, 1)).to.deep.equal(['passed']);
      expect((await verdicts(valve, 1))[0]).to.include('503');
    });

    it('tells everybody who watches the same', async () => {
      const observers = [watched(PUMP, 'readiness'), watched(PUMP, 'liveness')];
      await harness.turn(PUMP, true);
      for (const told of observers) expect(await verdicts(told, 1)).to.deep.equal(['passed']);
    });

    it('tells nothing once the watch has ended, also when it is ended twice', async () => {
      const [ended, witness] = [watched(), watched()];
      ended.end();
      ended.end();
      await harness.turn(PUMP, true);
      await verdicts(witness, 1);
      expect(ended.verdicts).to.be.empty;
    });

    it('can be ended by the very observer that it tells', async () => {
      const told = watched();
      const passed = told.passed.bind(told);
      told.passed = () => {
        passed();
        told.end();
      };
      const witness = watched();
      await harness.turn(PUMP, true);
      await verdicts(told, 1);
      await verdicts(witness, 1);
      await harness.turn(PUMP, false);
      await verdicts(witness, 2);
      expect(told.verdicts).to.deep.equal(['passed']);
    });

    it('begins anew with each watch', async () => {
      const first = watched();
      await harness.turn(PUMP, true);
      await verdicts(first, 1);
      first.end();
      const second = watched();
      await harness.turn(PUMP, true);
      expect(await verdicts(second, 1)).to.deep.equal(['passed']);
      expect(first.verdicts).to.have.length(1);
    });

    it('tells nothing after it was closed, and watches nothing any more', () => {
      const told = watched();
      prober.close();
      prober.close();
      const late = watched();
      late.end();
      told.end();
      expect([...told.verdicts, ...late.verdicts]).to.be.empty;
    });
  });
}
