import { existsSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const root = join(import.meta.dirname, '../..');
const shim = join(root, 'lib/process/shim/build/coredinator-shim');
const { resolve } = createRequire(import.meta.url);

/** Whether this machine has what the floor needs. */
export const hasShim = () => existsSync(shim);

/** The driver is native, so it stays where it is, and the bundle may be anywhere. */
const driver = {
  name: 'driver',
  resolveId: (id) => (id === 'sqlite3' ? { id: pathToFileURL(resolve(id)).href, external: true } : null),
};

/** Makes one file of the floor in a folder, as the host is bundled, with a link to the shim next to it, unless it is there; its path. */
export async function bundleFloor(folder) {
  const file = join(folder, 'floor.js');
  if (existsSync(file)) return file;
  const { rolldown } = await import('rolldown');
  const bundle = await rolldown({
    input: { floor: join(import.meta.dirname, 'main.js') },
    platform: 'node',
    checks: { eval: false }, // depd names its wrappers with it
    plugins: [driver],
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].js' });
  await bundle.close();
  symlinkSync(shim, join(folder, 'coredinator-shim'));
  return file;
}
