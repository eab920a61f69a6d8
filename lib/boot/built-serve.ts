/** The entry of the built program for hosts: `scripts/build/bundle.js` puts it in the place of `cli/serve/serve.ts`. */
import { fileURLToPath } from 'node:url';
import type * as Serve from '../cli/serve/serve.ts';
import { CodeLoader } from './code-loader.ts';

const loader = new CodeLoader();

export const { runServe } = loader.load(fileURLToPath(new URL('../host/serve.cjs', import.meta.url))) as typeof Serve; // bundled from it

/** For `scripts/keep-code.js`. */
export function keepCode(): void {
  loader.keep();
}
