import type { IncomingMessage } from 'node:http';
import type { Log } from '../../ports/log.ts';
import { rawPath, RequestError } from '../problem.ts';
import type { Context, Admission } from '../request-context.ts';
import { tokenGuard } from './access.ts';
import type { Access } from './credentials.ts';
import { allowOrigin, originGuard, ownPages } from './cross-origin.ts';
import { FailedAttempts, type AttemptLimits } from './failed-attempts.ts';
import { refuseDuplicates } from './duplicate-headers.ts';
import { hostGuard, servedHosts } from './host-guard.ts';
import { refuseOversized } from './request-limits.ts';

/** Who may come in. */
export interface GuardOptions {
  readonly log: Log;
  readonly access: Access;
  /** Names, besides the machine's own addresses and localhost, that a Host header may carry. */
  readonly allowedHosts: readonly string[];
  /** Origins (`https://name:port`) whose pages may call; default none. */
  readonly corsOrigins?: readonly string[];
  /** Whether requests come in on a Unix socket, where a Host header says nothing; default no. */
  readonly isUnixSocket?: boolean;
  /** How many wrong tokens an address may send; default ten in a minute. */
  readonly attemptLimits?: AttemptLimits;
}

/** Brings the absolute form of a request target (RFC 9112, 3.2.2) into the usual one. */
function toOriginForm(req: IncomingMessage): void {
  if (req.url === undefined || req.url.startsWith('/') || req.url === '*') return;
  try {
    const { pathname, search } = new URL(req.url);
    req.url = pathname + search;
  } catch (cause) {
    throw new RequestError('malformed_path', `The request target "${rawPath(req)}" is not a valid URL.`, { cause });
  }
}

function checkedPath(req: IncomingMessage): string {
  toOriginForm(req);
  const path = rawPath(req);
  try {
    if (path.includes('%')) decodeURIComponent(path);
  } catch (cause) {
    throw new RequestError('malformed_path', `The path "${path}" is not validly percent-encoded.`, { cause });
  }
  return path;
}

/** Whether a connection may become a WebSocket, and what may be done over it; a refusal says why. */
export type UpgradeVerdict =
  | { readonly isAllowed: true; readonly admission: Admission }
  | { readonly isAllowed: false; readonly refusal: RequestError };

/** The guards of the API in the order in which they refuse: Host, Origin, token, size. One count of wrong tokens for all ways in. */
export class Guards {
  readonly #corsOrigins: readonly string[];
  readonly #checkHost: (req: IncomingMessage) => void;
  readonly #checkOrigin: (req: IncomingMessage) => string | null;
  readonly #checkToken: (req: IncomingMessage, path: string) => Promise<Admission>;

  constructor({ access, allowedHosts, corsOrigins = [], isUnixSocket = false, log, attemptLimits }: GuardOptions) {
    const isServed = servedHosts(allowedHosts);
    const isOwnPage = ownPages(isServed);
    this.#corsOrigins = corsOrigins;
    this.#checkHost = hostGuard(isServed, isUnixSocket);
    this.#checkOrigin = originGuard(corsOrigins, isOwnPage);
    this.#checkToken = tokenGuard(access, new FailedAttempts(log, attemptLimits), isOwnPage);
  }

  /** Lets a request in or throws RequestError; true: it was a preflight, which is answered already. */
  async answered(ctx: Context): Promise<boolean> {
    const { req } = ctx;
    refuseDuplicates(req);
    this.#checkHost(req);
    if (this.#corsOrigins.length > 0) ctx.res.setHeader('Vary', 'Origin');
    const origin = this.#checkOrigin(req);
    if (origin !== null && allowOrigin(ctx, origin)) return true;
    ctx.state.admission = await this.#checkToken(req, checkedPath(req));
    refuseOversized(req);
    return false;
  }

  /** The same for a request to change to another protocol, which no middleware sees; the caller answers with the refusal. */
  async upgrade(req: IncomingMessage): Promise<UpgradeVerdict> {
    try {
      refuseDuplicates(req);
      this.#checkHost(req);
      this.#checkOrigin(req);
      const admission = await this.#checkToken(req, checkedPath(req));
      refuseOversized(req);
      return { isAllowed: true, admission };
    } catch (error) {
      if (error instanceof RequestError) return { isAllowed: false, refusal: error };
      throw error;
    }
  }
}
