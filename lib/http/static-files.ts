import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { RequestError } from './problem.ts';
import type { Context } from './request-context.ts';

/** A folder of files that the build has put beside the program. */
export interface StaticFolder {
  readonly url: URL;
  /** What the files are part of, for the sentence that one is missing. */
  readonly what: string;
  /** How long a browser may keep them. */
  readonly cacheControl: string;
  /** Whether a name may be asked for at all. */
  readonly has: (name: string) => boolean;
}

/** Where the build puts a folder of assets; as far from the sources as from the built files. */
export function assetsFolder(name: string): URL {
  return new URL(`../../dist/assets/${name}/`, import.meta.url);
}

/** Answers with the file of a folder that the path names. */
export async function sendFile(ctx: Context, folder: StaticFolder, name: string): Promise<void> {
  if (!folder.has(name)) throw new RequestError('route_not_found', `File "${name}" of the ${folder.what} not found.`);
  const file = new URL(name, folder.url);
  const { size } = await stat(file).catch((cause: unknown) => {
    const detail = `File "${name}" of the ${folder.what} not found. Reload the page, or run npm run build if it has not been built.`;
    throw new RequestError('route_not_found', detail, { cause });
  });
  ctx.set({ 'Cache-Control': folder.cacheControl });
  ctx.type = extname(name);
  ctx.length = size;
  ctx.body = createReadStream(file);
}

/** A text as it stands in HTML, also in an attribute. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
