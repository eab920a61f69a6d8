import { expect } from 'chai';
import { parseServiceId } from '../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../lib/ports/process-host.ts';
import { Machine } from '../../support/explore/machine.ts';
import { MachineProcessHost } from '../../support/explore/machine-process-host.ts';
import { describeProcessHost, type ProcessHostHarness } from '../../support/process/process-host-contract.ts';
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

/** A machine whose shims take a step in every turn of the event loop, with a host. */
function harness(): ProcessHostHarness {
  const machine = new Machine();
  const timers = new WalkTimers();
  const ports = { machine, ledger: memoryLedger(), clock: FROZEN, timers, log: SILENT };
  const host = new MachineProcessHost({ ...ports, orphans: 'report', earlier: 0 });
  machine.observer = host;
  let isOver = false;
  const step = (): void => {
    machine.step(FROZEN);
    if (!isOver) setImmediate(step);
  };
  step();
  return {
    host,
    guarantees: { exactExit: true, treeComplete: true, losslessRotation: true, outputBuffer: null },
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
    dispose: () => {
      isOver = true;
      return host.close();
    },
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
