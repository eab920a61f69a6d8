import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { logFolder } from '../../../lib/launching/log-layout.ts';
import type { OwnShimKind } from '../../../lib/model/process.ts';
import { parseLaunchId, type ServiceId } from '../../../lib/model/values/ids.ts';
import { layoutOf, runFolder } from '../../../lib/process/files/layout.ts';
import { shimRequestOf } from '../../../lib/process/launch/shim-request.ts';
import { bootId, procStat } from '../../../lib/process/os/process-identity.ts';
import { bestShimKind, guaranteesOf, shimsOf } from '../../../lib/process/launch/shim-kind.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import type { Intended } from '../../support/process/process-host-reopening.ts';
import { memoryLedger } from '../../support/store/memory-ledger.ts';
import { SILENT } from '../../support/walks/host-world.ts';
import { describeProcessHost, type ProcessHostHarness } from '../../support/process/process-host-contract.ts';

const LATE = parseLaunchId('0123456789abcdef'.repeat(2));

/** An entry and a folder without a shim, which is started when the launch arrives late. */
function intended(world: LocalProcessWorld, kind: OwnShimKind, serviceId: ServiceId): Intended {
  const request = world.request(serviceId, 1);
  const { executablePath, version } = request;
  const who = { launchId: LATE, serviceId, generation: 1, shim: kind, bootId: bootId(), executablePath, version };
  const nothing = { pid: null, startTime: null, place: null, exit: null };
  world.ledger.put({ ...who, state: 'intent', intendedAt: Date.now(), ...nothing });
  const layout = layoutOf(world.stateDir);
  mkdirSync(runFolder(layout, LATE), { recursive: true });
  mkdirSync(logFolder(layout, serviceId), { recursive: true });
  return {
    launchId: LATE,
    arrive: async () => {
      const shims = shimsOf(kind, SILENT);
      const more = { layout, basePath: world.folder, env: {}, account: null };
      const { type } = await shims.start(shimRequestOf(request, LATE, more));
      await shims.close();
      return type === 'refused' ? 'refused' : 'ran';
    },
  };
}

async function harnessOf(kind: OwnShimKind): Promise<ProcessHostHarness> {
  const world = new LocalProcessWorld(kind);
  return {
    host: await world.open(),
    guarantees: guaranteesOf(kind),
    timeoutMs: 5_000,
    reopening: {
      reopen: (ledger = 'same') => world.open(ledger === 'same' ? {} : { ledger: memoryLedger() }),
      close: (host) => world.close(host),
      intend: (serviceId) => intended(world, kind, serviceId),
    },
    isIdentity: ({ pid, startTime }) => {
      const stat = procStat(pid!);
      return stat !== null && !stat.isDead && stat.start === startTime;
    },
    request: (serviceId, generation) => world.request(serviceId, generation),
    requestOfNothing: (serviceId, generation) => {
      return world.request(serviceId, generation, { executablePath: join(world.folder, 'missing') });
    },
    exit: (launch, code) => {
      world.exit(launch, code);
    },
    loseShim: ({ launchId }) => {
      const claim = readFileSync(join(world.stateDir, 'run', launchId, 'claim'), 'utf8');
      process.kill((JSON.parse(claim) as { pid: number }).pid, 'SIGKILL');
    },
    kill: ({ pid }) => {
      process.kill(pid!, 'SIGKILL');
    },
    dispose: () => world.dispose(),
  };
}

/** The kinds that run here; the native shim needs Linux. */
const KINDS: readonly OwnShimKind[] = bestShimKind() === 'native' ? ['native', 'node'] : ['node'];

for (const kind of KINDS) describeProcessHost(`the local host with ${kind} shims`, () => harnessOf(kind));
