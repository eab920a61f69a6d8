import { SimulatedClock } from 'xstate';
import { hostMachines } from '../../../lib/host/machines.ts';
import { machineLibrary } from '../../../lib/machines/library.ts';
import { FakeProber } from '../probe/fake-prober.ts';
import { fakeProcessHost } from '../process/fake-process-host.ts';
import { FakeCatalog, OPEN_GATE } from './actor-world.ts';

/** The time of these machines; it only passes when a test advances it. */
export const TIME = new SimulatedClock();
const clock = { now: () => TIME.now(), random: () => 0.5 };

/** All statecharts of this program, on fakes. */
export const MACHINES = hostMachines(
  { processes: fakeProcessHost(clock), gate: OPEN_GATE, catalog: new FakeCatalog(), prober: new FakeProber() },
  clock,
);

/** The same as texts. */
export const LIBRARY = machineLibrary(() => MACHINES);
