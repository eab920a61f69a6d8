import { hostMachines } from '../../lib/host-machines.ts';
import { machineLibrary } from '../../lib/machines/library.ts';
import { FakeCatalog } from './actor-world.ts';
import { FakeProber } from './fake-prober.ts';
import { fakeProcessHost } from './fake-process-host.ts';

const clock = { now: () => 0, random: () => 0.5 };

/** Every statechart of this program, over fakes. */
export const MACHINES = hostMachines(
  { processes: fakeProcessHost(clock), catalog: new FakeCatalog(), prober: new FakeProber() },
  clock,
);

/** The same as texts. */
export const LIBRARY = machineLibrary(MACHINES);
