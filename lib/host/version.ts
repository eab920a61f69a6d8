import { readFileSync } from 'node:fs';

/** The version of this package, from its package.json (whose relative path is the same for sources and built files). */
export function hostVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  // Parsed without a schema library, which would take longer to load than everything else that every command needs.
  const manifest: unknown = JSON.parse(text);
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest ? manifest.version : null;
  if (typeof version !== 'string')
    throw new Error('The package.json of coredinator has no version; reinstall coredinator.');
  return version;
}
