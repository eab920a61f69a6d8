import type { EngineName } from '../../model/engine.ts';
import type { Engine, EngineContext } from '../../ports/engine/engine.ts';

/** Each engine is loaded by the hosts that use it, and by no others. */
const OPENERS: Readonly<Record<EngineName, (context: EngineContext) => Promise<Engine>>> = {
  local: async (context) => (await import('./local-engine.ts')).openLocalEngine(context),
};

/** Opens the engine with that name; nothing is launched or stopped yet. */
export function openEngine(name: EngineName, context: EngineContext): Promise<Engine> {
  return OPENERS[name](context);
}
