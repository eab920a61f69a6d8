import { ConfigInvalidError } from '../../model/errors.ts';
import type { EngineName, EngineSettings } from '../../model/engine.ts';
import type { Engine, EngineContext } from '../../ports/engine/engine.ts';

/** The engine of an option, or of the configuration, which has the settings. Throws if it has none for the chosen one. */
export function chosenEngine(name: EngineName | null, configured: EngineSettings): EngineSettings {
  if (name === null || name === configured.type) return configured;
  if (name === 'local') return { type: 'local' };
  throw new ConfigInvalidError(
    'The engine "kubernetes" was chosen, and coredinator.yaml does not say how. Add "engine: { kubernetes: { image: IMAGE } }".',
    [],
  );
}

/** Opens the engine with its settings; nothing is launched or stopped yet. A host loads its own engine, and no other. */
export async function openEngine(settings: EngineSettings, context: EngineContext): Promise<Engine> {
  switch (settings.type) {
    case 'local':
      return (await import('./local-engine.ts')).openLocalEngine(context);
    case 'kubernetes':
      return (await import('./kubernetes-engine.ts')).openKubernetesEngine(settings.kubernetes, context);
  }
}
