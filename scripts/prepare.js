/**
 * npm runs this (`prepare`) after `npm ci` and `npm install` in a checkout, and before it packs one: for an installation from git, too.
 * Builds dist/ where that is needed. Without the development dependencies (`npm ci --omit=dev`) there is nothing to build with; then it says
 * what is to be done, unless there is a dist/, and does not fail: whoever left them out brings a built dist/ or builds elsewhere.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const TOOLS = ['typescript', 'vite', 'swagger-ui-dist', 'react'];

const missing = TOOLS.filter((name) => !existsSync(join(root, 'node_modules', name)));
if (missing.length === 0) {
  const { status } = spawnSync(process.execPath, [join(root, 'scripts/build.js')], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else if (!existsSync(join(root, 'dist/main.js'))) {
  console.log(
    `coredinator: there is nothing built and nothing to build with (${missing.join(', ')} not installed). ` +
      'Run `npm ci && npm run build` before the program is used.',
  );
}
