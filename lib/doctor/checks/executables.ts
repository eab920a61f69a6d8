import { createCatalog } from '../../config/catalog.ts';
import { executableLine, kindExecutables, type KindExecutable } from '../../config/kind-executables.ts';
import { fail, ok, sentence, skipped, warn, type Check } from '../check.ts';

const MISSING = 'Put the executables into the base path under a matching name, and make them executable (chmod +x).';
const TWINS = 'Remove all but one of the files of the same version, or name one by its path: `executable: bin/NAME`.';

/** Whether the executables of the configuration can be found and run. */
export const executables: Check = {
  id: 'executables',
  title: 'Executables',
  engines: ['local'],
  examine: async ({ config, basePath, stateDir, executableRoots: roots }) => {
    if (config instanceof Error) return skipped('Not checked, because the configuration is invalid.');
    const all = await kindExecutables(config.effective, createCatalog({ basePath, exclude: [stateDir], roots }));
    const found = all.filter(({ choice }) => choice.type === 'found');
    const missing = all.filter(({ choice, isNeeded }) => choice.type === 'missing' && isNeeded);
    const detail = [...missing, ...found].map(executableLine).map(sentence).join(' ');
    if (missing.length > 0) return found.length === 0 ? fail(detail, MISSING) : warn(detail, MISSING);
    return found.some(hasTwins) ? warn(detail, TWINS) : ok(detail);
  },
};

function hasTwins({ choice }: KindExecutable): boolean {
  return choice.type === 'found' && choice.executable.twins !== undefined;
}
