import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OwnShimKind } from '../../../lib/model/process.ts';
import { bestShimKind, guaranteesOf } from '../../../lib/process/launch/shim-kind.ts';
import { LocalProcessWorld } from '../../support/process/local-process-world.ts';
import { describeProcessHost, type ProcessHostHarness } from '../../support/process/process-host-contract.ts';

async function harnessOf(kind: OwnShimKind): Promise<ProcessHostHarness> {
  const world = new LocalProcessWorld(kind);
  return {
    host: await world.open(),
    guarantees: guaranteesOf(kind),
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
