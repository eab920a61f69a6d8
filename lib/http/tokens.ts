import { hash } from 'node:crypto';
import type { Log } from '../ports/log.ts';
import type { Access, Digests } from './access.ts';
import { FromFiles } from './from-files.ts';
import { tokensIn } from '../model/token-list.ts';

/** Where the tokens of one scope come from; `source` is the option or variable, for people. */
export type TokenOrigin =
  | { readonly type: 'file'; readonly source: string; readonly path: string }
  | { readonly type: 'value'; readonly tokens: readonly string[] };

/** Which tokens are to open the API; with neither, whoever can connect may do everything. */
export interface TokenOrigins {
  readonly full: TokenOrigin | null;
  readonly readOnly: TokenOrigin | null;
}

/** The tokens of a running host. */
export interface OpenAccess extends Access {
  /** What is wrong with token files, in sentences that name no path: everybody may ask for the health. */
  troubles(): readonly string[];
  /** Looks at the token files now. */
  look(): void;
}

/** What is kept of tokens: digests of one length, so that comparing takes the same time whatever was sent. */
export function digestsOf(tokens: readonly string[]): Digests {
  return tokens.map((token) => hash('sha256', token, 'buffer'));
}

interface Source {
  readonly digests: () => Digests;
  readonly file: FromFiles<Digests> | null;
}

function sourceOf(origin: TokenOrigin, log: Log, now: (() => number) | undefined): Source {
  if (origin.type === 'value') {
    const digests = digestsOf(origin.tokens);
    return { digests: () => digests, file: null };
  }
  const { path, source } = origin;
  const file = new FromFiles({
    files: [path],
    secret: [path],
    what: `The token file of ${source}`,
    parse: ([bytes]) => digestsOf(tokensIn(bytes?.toString('utf8') ?? '')),
    log,
    ...(now === undefined ? {} : { now }),
  });
  return { digests: () => file.current(), file };
}

/** Tokens that follow their files. Throws when a file cannot be used from the start. */
export function openAccess({ full, readOnly }: TokenOrigins, log: Log, now?: () => number): OpenAccess {
  const fullSource = full === null ? null : sourceOf(full, log, now);
  const readSource = readOnly === null ? null : sourceOf(readOnly, log, now);
  const files = [fullSource?.file ?? null, readSource?.file ?? null].filter((file) => file !== null);
  return {
    full: fullSource?.digests ?? null,
    readOnly: readSource?.digests ?? null,
    troubles: () => [
      ...files.flatMap((file) => file.trouble() ?? []),
      ...sharedTrouble(fullSource?.digests() ?? [], readSource?.digests() ?? []),
    ],
    look: () => {
      for (const file of files) file.look();
    },
  };
}

function sharedTrouble(full: Digests, readOnly: Digests): readonly string[] {
  if (!full.some((digest) => readOnly.some((other) => other.equals(digest)))) return [];
  return ['One token is both for full and for read-only access and only reads; give two different ones.'];
}
