import type { EngineSettings } from '../../model/engine.ts';
import type { Engine, EngineContext } from '../../ports/engine/engine.ts';

/** Opens the engine with its settings; nothing is launched or stopped yet. A host loads its own engine, and no other. */
export async function openEngine(settings: EngineSettings, context: EngineContext): Promise<Engine> {
  switch (settings.type) {
    case 'local':
      return (await import('./local-engine.ts')).openLocalEngine(context);
    case 'kubernetes':
      return (await import('./kubernetes-engine.ts')).openKubernetesEngine(settings.kubernetes, context);
  }
}
