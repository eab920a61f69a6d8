import { readFileSync } from 'node:fs';

/** The version of this package, from its package.json (which is as far from the sources as from the built files). */
export function hostVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  // Read by hand, since every command needs it at once and a schema library takes longer to load than all the rest.
  const manifest: unknown = JSON.parse(text);
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
  if (typeof version !== 'string')
    throw new Error('The package.json of coredinator names no version; install it anew.');
  return version;
}
