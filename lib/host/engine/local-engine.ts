import { createCatalog } from '../../config/catalog.ts';
import type { Engine, EngineContext } from '../../ports/engine/engine.ts';
import { createLocalProcessHost } from '../../process/local-process-host.ts';
import { bestShimKind, guaranteesOf, shimsOf } from '../../process/launch/shim-kind.ts';
import { portFinder } from '../../process/os/free-port.ts';
import { instanceAt } from '../../store/state-identity.ts';

/** The engine that runs services as processes of this machine. */
export async function openLocalEngine(context: EngineContext): Promise<Engine> {
  const { stateDir, basePath, executableRoots, log } = context;
  const shim = bestShimKind();
  const processes = await createLocalProcessHost({ ...context, instanceAt, shims: shimsOf(shim, log) });
  return {
    name: 'local',
    processes,
    usage: processes.usage,
    catalog: createCatalog({ basePath, exclude: [stateDir], roots: executableRoots, log }),
    ports: portFinder(),
    commands: null,
    guarantees: guaranteesOf(shim),
    close: () => processes.close(),
  };
}
