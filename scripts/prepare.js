/**
 * npm runs this (`prepare`) after `npm ci` and `npm install` in a checkout, and before it packs one, also for an
 * installation from git. Builds dist/ if needed. Without the development dependencies (`npm ci --omit=dev`) a build is
 * not possible; then it says what to do, unless dist/ exists, and does not fail: dist/ may be copied or built
 * elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const TOOLS = ['typescript', 'rolldown', 'vite', 'swagger-ui-dist', 'react'];

const missing = TOOLS.filter((name) => !existsSync(join(root, 'node_modules', name)));
if (missing.length === 0) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (!existsSync(join(root, 'dist/main.js'))) {
  console.log(
    `coredinator: dist/ does not exist and cannot be built (${missing.join(', ')} not installed). ` +
      'Run `npm ci && npm run build` before you use the program.',
  );
}
