import { readFileSync } from 'node:fs';
import { z } from 'zod';

const MANIFEST = z.object({ version: z.string() });

/** The version of this package, from its package.json (which is as far from the sources as from the built files). */
export function hostVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return MANIFEST.parse(JSON.parse(text)).version;
}
