import { expect } from 'chai';
import { parseLaunchId, parseServiceId, type ServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest, ProcessHost } from '../../../lib/ports/process-host.ts';
import { eventually } from '../../support/eventually.ts';
import { Machine } from '../../support/explore/machine.ts';
import { MachineProcessHost } from '../../support/explore/machine-process-host.ts';
import { describeProcessHost, type ProcessHostHarness } from '../../support/process/process-host-contract.ts';
import type { Intended, Reopening } from '../../support/process/process-host-reopening.ts';
import { memoryLedger } from '../../support/store/memory-ledger.ts';
import { SILENT, WalkTimers } from '../../support/walks/host-world.ts';

const STOP = { signal: 'SIGTERM', graceMs: 5_000 } as const;
const FROZEN = { now: () => 0, random: () => 0.5 };

function request(serviceId = parseServiceId('pump'), generation = 1): LaunchRequest {
  const program = { executablePath: '/opt/pump', version: '1.2.3', args: [], env: {}, cwd: null };
  return {
    serviceId,
    agentId: null,
    generation,
    ...program,
    stop: STOP,
    limits: NO_LIMITS,
    maxLogBytes: 1024 ** 2,
    output: 'separate',
    ...AS_HOST,
  };
}

/** A machine whose shims take a step in every turn of the event loop, with the hosts that a spec opens. */
class MachineWorld implements Reopening {
  readonly machine = new Machine();
  readonly #ledger = memoryLedger();
  readonly #hosts: MachineProcessHost[] = [];
  #isOver = false;

  constructor() {
    this.machine.observer = {
      reported: (launchId, refusal) => {
        for (const host of this.#hosts) host.reported(launchId, refusal);
      },
      changed: (launchId) => {
        for (const host of this.#hosts) host.changed(launchId);
      },
    };
    const step = (): void => {
      this.machine.step(FROZEN);
      if (!this.#isOver) setImmediate(step);
    };
    step();
  }

  open(ledger = this.#ledger): MachineProcessHost {
    const ports = { machine: this.machine, ledger, clock: FROZEN, timers: new WalkTimers(), log: SILENT };
    const host = new MachineProcessHost({ ...ports, orphans: 'report', earlier: 100 * this.#hosts.length });
    this.#hosts.push(host);
    return host;
  }

  reopen(ledger: 'same' | 'lost' = 'same'): Promise<MachineProcessHost> {
    return Promise.resolve(this.open(ledger === 'same' ? this.#ledger : memoryLedger()));
  }

  close(host: ProcessHost): Promise<void> {
    return host.close();
  }

  intend(serviceId: ServiceId): Intended {
    const launchId = parseLaunchId('e'.repeat(32));
    const { generation, executablePath, version } = request(serviceId);
    const who = { launchId, serviceId, generation, executablePath, version, shim: 'native', bootId: '1' } as const;
    this.#ledger.put({ ...who, state: 'intent', intendedAt: 0, pid: null, startTime: null, place: null, exit: null });
    this.machine.makeFolder(launchId, request(serviceId));
    return {
      launchId,
      arrive: async () => {
        this.machine.spawn(launchId);
        return eventually(() => {
          const { shim, process } = this.machine.run(launchId);
          if (process !== 'none') return 'ran';
          expect(shim).to.equal('gone');
          return 'refused';
        });
      },
    };
  }

  async dispose(): Promise<void> {
    this.#isOver = true;
    for (const host of this.#hosts) await host.close();
    expect(this.machine.wrong).to.be.empty;
  }
}

function harness(): ProcessHostHarness {
  const world = new MachineWorld();
  const { machine } = world;
  return {
    host: world.open(),
    guarantees: {
      exactExit: true,
      treeComplete: true,
      losslessRotation: true,
      separateStreams: true,
      outputBuffer: null,
    },
    timeoutMs: 5_000,
    reopening: world,
    isIdentity: ({ launchId, startTime }) => {
      const { process, main } = machine.run(launchId);
      return process === 'alive' && main?.startTime === startTime;
    },
    request,
    requestOfNothing: (serviceId, generation) => {
      const message = 'The program "/opt/pump" cannot be run: no such file (ENOENT).';
      machine.refuse(serviceId, [{ code: 'ENOENT', isPermanent: true, message }]);
      return request(serviceId, generation);
    },
    exit: ({ launchId }, code) => {
      machine.exit(launchId, { code, signal: null }, 0);
    },
    loseShim: ({ launchId }) => {
      machine.loseShim(launchId);
    },
    kill: ({ launchId }) => {
      machine.exit(launchId, { code: null, signal: 'SIGKILL' }, 0);
    },
    dispose: () => world.dispose(),
  };
}

describeProcessHost('the one on a simulated machine', () => Promise.resolve(harness()));

describe('a simulated machine', () => {
  it('says so when two processes of a service run', async () => {
    const machine = new Machine();
    const pump = parseServiceId('pump');
    for (const generation of [1, 2]) {
      const ports = { machine, ledger: memoryLedger(), clock: FROZEN, timers: new WalkTimers(), log: SILENT };
      const host = new MachineProcessHost({ ...ports, orphans: 'report', earlier: generation });
      machine.observer = host;
      void host.launch(request(pump, generation));
      for (let turn = 0; turn < 10; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        machine.step(FROZEN);
      }
    }
    expect(machine.wrong).to.deep.equal(['generation 2 of pump begins to run beside generation 1']);
  });
});
