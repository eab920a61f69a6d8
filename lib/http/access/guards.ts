import type { IncomingMessage } from 'node:http';
import type { Log } from '../../ports/log.ts';
import { rawPath, RequestError } from '../problem.ts';
import type { Context, Admission } from '../request-context.ts';
import { isReading, tokenGuard } from './access.ts';
import { CommandSources, NO_PEER_USERS, type PeerUsers } from './command-source.ts';
import type { Access } from './credentials.ts';
import { allowOrigin, originGuard, ownPages } from './cross-origin.ts';
import { FailedAttempts, type AttemptLimits } from './failed-attempts.ts';
import { refuseDuplicates } from './duplicate-headers.ts';
import { hostGuard, servedHosts } from './host-guard.ts';
import { refuseOversized } from './request-limits.ts';

/** Access control of the API. */
export interface GuardOptions {
  readonly log: Log;
  readonly access: Access;
  /** Names allowed in a Host header, besides localhost and the machine's own addresses. */
  readonly allowedHosts: readonly string[];
  /** Origins (`https://name:port`) whose pages may send requests; default: none. */
  readonly corsOrigins?: readonly string[];
  /** Whether requests arrive on a Unix socket, where the Host header has no meaning; default: no. */
  readonly isUnixSocket?: boolean;
  /** The users of loopback connections; default: unknown. */
  readonly peerUsers?: PeerUsers;
  /** How many wrong tokens an address may send; default: ten per minute. */
  readonly attemptLimits?: AttemptLimits;
}

/** Converts a request target in absolute form (RFC 9112, 3.2.2) to origin form. */
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

/** Whether a connection may become a WebSocket and with which rights; a refusal has the reason. */
export type UpgradeVerdict =
  | { readonly isAllowed: true; readonly admission: Admission }
  | { readonly isAllowed: false; readonly refusal: RequestError };

/** The guards of the API, in order: Host, Origin, token, size. All entry points share one count of wrong tokens. */
export class Guards {
  readonly #corsOrigins: readonly string[];
  readonly #checkHost: (req: IncomingMessage) => void;
  readonly #checkOrigin: (req: IncomingMessage) => string | null;
  readonly #checkToken: (req: IncomingMessage, path: string) => Admission | Promise<never>;
  readonly #sources: CommandSources;

  constructor(options: GuardOptions) {
    const { access, allowedHosts, corsOrigins = [], isUnixSocket = false, log, attemptLimits } = options;
    const isServed = servedHosts(allowedHosts);
    const isOwnPage = ownPages(isServed);
    this.#corsOrigins = corsOrigins;
    this.#checkHost = hostGuard(isServed, isUnixSocket);
    this.#checkOrigin = originGuard(corsOrigins, isOwnPage);
    this.#checkToken = tokenGuard(access, new FailedAttempts(log, attemptLimits), isOwnPage);
    this.#sources = new CommandSources(options.peerUsers ?? NO_PEER_USERS, isOwnPage);
  }

  /** Admits a request or throws (for a wrong token: rejects with) RequestError. True: it was a preflight, which is already answered. */
  answered(ctx: Context): boolean | Promise<never> {
    const { req } = ctx;
    refuseDuplicates(req);
    this.#checkHost(req);
    if (this.#corsOrigins.length > 0) ctx.res.setHeader('Vary', 'Origin');
    const origin = this.#checkOrigin(req);
    if (origin !== null && allowOrigin(ctx, origin)) return true;
    const admission = this.#checkToken(req, checkedPath(req));
    if (admission instanceof Promise) return admission;
    ctx.state.admission = admission;
    refuseOversized(req);
    if (!isReading(req.method)) ctx.state.source = this.#sources.of(req, admission);
    return false;
  }

  /** The same for protocol upgrades, which bypass the middleware; the caller sends the refusal. */
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
