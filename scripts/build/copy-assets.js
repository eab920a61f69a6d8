/**
 * Copies the files of the pages to where the host serves them, so that they need no other server and the installed
 * package no other dependency. Usage: node scripts/build/copy-assets.js, as a step of a build.
 */
import { cpSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '../..');
const source = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const target = join(root, 'dist/assets/docs');
mkdirSync(target, { recursive: true });
for (const name of [
  'swagger-ui.css',
  'swagger-ui-bundle.js',
  'swagger-ui-bundle.js.LICENSE.txt',
  'LICENSE',
  'NOTICE',
]) {
  cpSync(join(source, name), join(target, name));
}

const pages = join(root, 'lib/http/pages');
cpSync(pages, join(root, 'dist/assets'), { recursive: true });
