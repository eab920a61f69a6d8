import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { RequestError } from './problem.ts';
import type { Context } from './request-context.ts';

/** A folder of built files. */
export interface StaticFolder {
  readonly url: URL;
  /** What the files belong to, for error messages. */
  readonly what: string;
  /** How long browsers may cache them. */
  readonly cacheControl: string;
  /** Whether a file of this name may be requested. */
  readonly has: (name: string) => boolean;
}

/** The folder of built assets, which has the same relative path from the sources and from the built files. */
export function assetsFolder(name: string): URL {
  return new URL(`../../dist/assets/${name}/`, import.meta.url);
}

/** Responds with the named file of a folder. */
export async function sendFile(ctx: Context, folder: StaticFolder, name: string): Promise<void> {
  if (!folder.has(name)) throw new RequestError('route_not_found', `File "${name}" of the ${folder.what} not found.`);
  const file = new URL(name, folder.url);
  const { size } = await stat(file).catch((cause: unknown) => {
    const detail = `File "${name}" of the ${folder.what} not found. Reload the page, or run npm run build.`;
    throw new RequestError('route_not_found', detail, { cause });
  });
  ctx.set({ 'Cache-Control': folder.cacheControl });
  ctx.type = extname(name);
  ctx.length = size;
  ctx.body = createReadStream(file);
}

/** Escapes text for HTML, including attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
