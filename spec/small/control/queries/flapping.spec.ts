import { expect } from 'chai';
import type { ServiceView } from '../../../../lib/api/schemas/service.ts';
import { flappingAt } from '../../../../lib/model/policy/flapping.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';

const SERVICE = 'pump1-corerl';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('a flapping service', () => {
  it('was restarted more than 5 times in the last hour, and until the sixth restart before now is an hour ago', () => {
    const times = [0, 10, 20, 30, 40, 50].map((minutes) => minutes * MINUTE);
    expect(flappingAt(times.slice(1), 50 * MINUTE)).to.equal(null);
    expect(flappingAt(times, 59 * MINUTE)).to.deep.equal({ restarts: 6, since: 0, until: HOUR });
    expect(flappingAt(times, HOUR)).to.equal(null);
    expect(flappingAt([...times, 55 * MINUTE], HOUR)).to.deep.equal({
      ...{ restarts: 6, since: 10 * MINUTE, until: 70 * MINUTE },
    });
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
      expect(before).to.include({ restarts: 6 });
      expect(flapping()).to.deep.equal(before);
    });
  });
});
