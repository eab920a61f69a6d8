import { expect } from 'chai';
import type { ServiceView } from '../../../../lib/api/schemas/service.ts';
import { flappingAt, type Flapping } from '../../../../lib/model/policy/flapping.ts';
import { RestartTimes } from '../../../../lib/control/queries/flapping.ts';
import type { JournalEntry } from '../../../../lib/model/journal.ts';
import type { ActorStore } from '../../../../lib/ports/actor-store.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

const SERVICE = 'pump1-corerl';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const flappingOf = (times: readonly number[], minutes: number, cutAt: number | null = null): Flapping | null =>
  flappingAt({ times, cutAt }, minutes * MINUTE);

describe('a flapping service', () => {
  it('was restarted more than 5 times in the last hour, and until the sixth restart before now is an hour ago', () => {
    const times = [0, 10, 20, 30, 40, 50].map((minutes) => minutes * MINUTE);
    expect(flappingOf(times.slice(1), 50)).to.equal(null);
    expect(flappingOf(times, 59)).to.deep.equal({ restarts: 6, isExact: true, since: 0, until: HOUR });
    expect(flappingOf(times, 60)).to.equal(null);
    expect(flappingOf([...times, 55 * MINUTE], 60)).to.deep.equal({
      ...{ restarts: 6, isExact: true, since: 10 * MINUTE, until: 70 * MINUTE },
    });
  });

  it('has more restarts than are known, as long as the missing ones are in the last hour', () => {
    const times = [10, 20, 30, 40, 50, 55].map((minutes) => minutes * MINUTE);
    expect(flappingOf(times, 60, 9 * MINUTE)).to.include({ restarts: 6, isExact: false });
    expect(flappingOf(times, 69, 9 * MINUTE)).to.include({ restarts: 6, isExact: true });
  });

  describe('on a host', () => {
    let world: ControlWorld;
    const flapping = (): ServiceView['flapping'] => world.control.queries.service(SERVICE).flapping;

    beforeEach(async () => {
      world = new ControlWorld();
      await world.boot();
      await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
      for (const wait of [0, 200, 200]) await world.pass(wait);
    });

    /** Lets it fail and be restarted. */
    async function crash(): Promise<void> {
      world.processes.exit(SERVICE, { code: 1 });
      for (const wait of [300, 300, 300, 2 * MINUTE]) await world.pass(wait);
    }

    it('counts what the restart policy does, and no commands', async () => {
      for (let time = 0; time < 5; time += 1) await crash();
      await world.control.restartService(SERVICE, world.origin);
      for (const wait of [0, 300, 300, 2 * MINUTE]) await world.pass(wait);
      world.processes.exit(SERVICE, { code: 1 });
      await world.pass();
      await world.control.startService(SERVICE, world.origin); // in backoff
      for (const wait of [0, 300, 300, 2 * MINUTE]) await world.pass(wait);
      expect(flapping()).to.equal(null);
      await crash();
      expect(flapping()).to.include({ restarts: 6, threshold: 5 });
      await world.pass(HOUR);
      expect(flapping()).to.equal(null);
    });

    it('is known to the next host, from the journal', async () => {
      for (let time = 0; time < 6; time += 1) await crash();
      const before = flapping();
      world.kill();
      await world.boot();
      await world.pass();
      expect(before).to.include({ restarts: 6, exact: true });
      expect(flapping()).to.deep.equal(before);
    });

    it('counts only so many, and says so', () => {
      const times = new RestartTimes({ store: world.store, clock: world.clock, log: world.log });
      const at = world.clock.now();
      const event = {
        type: 'service.state_changed',
        serviceId: SERVICE,
        from: 'backoff',
        to: 'starting',
        cause: 'deadline',
      };
      const rest = { agentId: null, correlationId: null, detail: {} };
      const restart = (seq: number): JournalEntry => ({ ...event, ...rest, seq, at: at + seq }) as JournalEntry; // a restart
      times.saw(Array.from({ length: 500 }, (_, seq) => restart(seq)));
      expect(times.of(SERVICE)).to.include({ restarts: 500, isExact: true });
      times.saw([restart(500)]);
      expect(times.of(SERVICE)).to.include({ restarts: 500, isExact: false, since: at + 1 });
    });

    it('is not exact if the journal of earlier hosts was condensed', async () => {
      for (let time = 0; time < 6; time += 1) await crash();
      world.kill();
      const { store, clock, log } = world;
      const condensed: Pick<ActorStore, 'history'> = {
        history: async (query) => (await store.history(query)).map((event) => ({ ...event, repeated: 40 })),
      };
      const times = new RestartTimes({ store: condensed, clock, log });
      times.saw([{ ...store.journal.at(-1)!, seq: 1_000_000 }]);
      await times.complete();
      expect(times.of(SERVICE)).to.include({ restarts: 6, isExact: false });
    });
  });
});
