import type { Precondition } from '../model/values/precondition.ts';
import { RequestError } from './problem.ts';
import type { Context } from './request-context.ts';

const ETAG = /^"([^"]*)"$/;

/** The precondition in If-Match and If-None-Match. Throws RequestError unless they are `*` or lists of strong ETags. */
export function preconditionOf(ctx: Context): Precondition {
  const none = ctx.get('If-None-Match').trim();
  if (none !== '' && none !== '*') throw refuse('If-None-Match', 'must be *');
  return { match: matchOf(ctx.get('If-Match').trim()), isNew: none === '*' };
}

/** Sets the ETag of the response. */
export function sendRevision(ctx: Context, revision: string): void {
  ctx.set('ETag', `"${revision}"`);
}

function matchOf(text: string): Precondition['match'] {
  if (text === '') return null;
  if (text === '*') return '*';
  return text.split(',').map((part) => {
    const tag = ETAG.exec(part.trim())?.[1];
    if (tag === undefined)
      throw refuse('If-Match', 'must be * or a list of ETags from earlier responses, such as "5d41402a"');
    return tag;
  });
}

function refuse(header: string, message: string): RequestError {
  return new RequestError('invalid_request', `The header ${header} ${message}.`, {
    issues: [{ path: header, message }],
  });
}
