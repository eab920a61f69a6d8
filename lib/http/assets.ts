import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { RequestError } from './problem.ts';
import type { Context } from './route.ts';

const MAX_AGE_S = 3600;

/** The files of a page, which the build puts into `dist/assets`. */
export interface Assets {
  /** Below `dist/assets`. */
  readonly folder: string;
  /** Content types by name; nothing else is served. */
  readonly types: Readonly<Record<string, string>>;
  /** The page that they belong to. */
  readonly page: string;
}

/** Answers with the file that the path names. Throws RequestError when there is none. */
export async function sendAsset(ctx: Context, { folder, types, page }: Assets): Promise<void> {
  const name = ctx.params?.['name'] ?? '';
  const type = Object.hasOwn(types, name) ? types[name] : undefined;
  if (type === undefined) {
    throw new RequestError('route_not_found', `"${page}" is made of no file "${name}"; open the page itself.`);
  }
  // As far from the sources as from the built files.
  const file = new URL(`../../dist/assets/${folder}/${name}`, import.meta.url);
  const { size } = await stat(file).catch((cause: unknown) => {
    throw new RequestError('route_not_found', `"${name}" was not built; run npm run build.`, { cause });
  });
  ctx.set({ 'Cache-Control': `private, max-age=${MAX_AGE_S}` });
  ctx.type = type;
  ctx.length = size;
  ctx.body = createReadStream(file);
}
