import { tokensIn, type NamedToken } from '../../model/values/token-list.ts';
import type { Log } from '../../ports/log.ts';
import { FromFiles } from '../server/from-files.ts';
import { knownToken, type Access, type KnownToken } from './credentials.ts';

/** Where the tokens of one scope come from; `source` is the name of the option or variable, for people. */
export type TokenOrigin =
  | { readonly type: 'file'; readonly source: string; readonly path: string }
  | { readonly type: 'value'; readonly tokens: readonly NamedToken[] };

/** The configured tokens; if both are null, everyone who can connect has full access. */
export interface TokenOrigins {
  readonly full: TokenOrigin | null;
  readonly readOnly: TokenOrigin | null;
}

/** The tokens of a running host. */
export interface OpenAccess extends Access {
  /** What is wrong with the token files, in sentences without paths, because the health is public. */
  problems(): readonly string[];
  /** Checks the token files now. */
  reread(): void;
}

interface SourceContext {
  readonly log: Log;
  readonly now: (() => number) | undefined;
  readonly changed: () => void;
}

interface Source {
  readonly tokens: () => readonly KnownToken[];
  readonly file: FromFiles<readonly KnownToken[]> | null;
}

function sourceOf(origin: TokenOrigin, { log, now, changed }: SourceContext): Source {
  if (origin.type === 'value') {
    const tokens = origin.tokens.map(knownToken);
    return { tokens: () => tokens, file: null };
  }
  const { path, source } = origin;
  const file = new FromFiles({
    files: [path],
    secret: [path],
    what: `The token file of ${source}`,
    parse: ([bytes]) => tokensIn(bytes?.toString('utf8') ?? '').map(knownToken),
    changed,
    log,
    ...(now === undefined ? {} : { now }),
  });
  return { tokens: () => file.current(), file };
}

/** Tokens that follow their files. Throws if a file is unusable at startup. */
export function openAccess({ full, readOnly }: TokenOrigins, log: Log, now?: () => number): OpenAccess {
  const listeners = new Set<() => void>();
  const changed = (): void => {
    for (const listener of listeners) listener();
  };
  const fullSource = full === null ? null : sourceOf(full, { log, now, changed });
  const readSource = readOnly === null ? null : sourceOf(readOnly, { log, now, changed });
  const files = [fullSource?.file ?? null, readSource?.file ?? null].filter((file) => file !== null);
  return {
    full: fullSource?.tokens ?? null,
    readOnly: readSource?.tokens ?? null,
    watch: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    problems: () => [
      ...files.flatMap((file) => file.problem() ?? []),
      ...sharedTokenProblems(fullSource?.tokens() ?? [], readSource?.tokens() ?? []),
    ],
    reread: () => {
      for (const file of files) file.reread();
    },
  };
}

function sharedTokenProblems(full: readonly KnownToken[], readOnly: readonly KnownToken[]): readonly string[] {
  if (!full.some(({ digest }) => readOnly.some((other) => other.digest.equals(digest)))) return [];
  return [
    'The same token is configured for full and for read-only access, so it is read-only. Use two different tokens.',
  ];
}
