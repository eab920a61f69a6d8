import { createCatalog } from '../../config/catalog.ts';
import type { Effective } from '../../config/effective.ts';
import { fail, ok, skipped, warn, type Check } from '../check.ts';

/** An executable to launch: of the kinds of host services, and of agents of the default type. */
interface Wanted {
  readonly executable: string;
  readonly version: string | null;
}

function wantedBy({ services, agentTypes, kinds }: Effective): readonly Wanted[] {
  const ofAgents = (agentTypes.get('default')?.services ?? []).flatMap((name) => kinds.get(name) ?? []);
  const all = [...services.values()].map(({ kind }) => kind).concat(ofAgents);
  const wanted = all.map(({ executable, version }) => ({ executable, version: version ?? null }));
  return [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()];
}

/** Whether the executables of the configuration can be found and run. */
export const executables: Check = {
  id: 'executables',
  title: 'Executables',
  examine: async ({ config, basePath, stateDir }) => {
    if (config instanceof Error) return skipped('Not checked, because the configuration is invalid.');
    const catalog = createCatalog({ basePath, exclude: [stateDir] });
    const found: string[] = [];
    const missing: string[] = [];
    for (const query of wantedBy(config.effective)) {
      const choice = await catalog.choose(query);
      if (choice.type === 'found') found.push(choice.executable.path);
      else missing.push(choice.reason);
    }
    const remedy = 'Put the executables into the base path under a matching name, and make them executable (chmod +x).';
    if (missing.length === 0) return ok(`Found: ${found.join(', ')}.`);
    return found.length === 0 ? fail(missing.join(' '), remedy) : warn(missing.join(' '), remedy);
  },
};
