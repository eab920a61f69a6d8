import type { DefaultContext, ParameterizedContext } from 'koa';
import type { OperationId } from '../api/paths.ts';
import type { CommandSource } from '../model/command-source.ts';
import type { Scope } from './access/credentials.ts';

/** What the pipeline stores about a request. */
export interface RequestState {
  requestId: string;
  /** Set once the request has been admitted. */
  admission?: Admission;
  /** Set once a request that may change something has been admitted. */
  source?: CommandSource;
  /** Set once the request has been routed. */
  operation?: OperationId;
}

/** The Koa context of a routed request. */
export type Context = ParameterizedContext<
  RequestState,
  DefaultContext & { params?: Readonly<Record<string, string>> }
>;

/** The rights of an admitted client. */
export interface Admission {
  readonly scope: Scope;
  /** The kind of credential; null: none was required. */
  readonly by: 'token' | 'cookie' | null;
  /** The name of the token; null: it has none, or none was required. */
  readonly name: string | null;
  /** The value of a session cookie with the same rights; null: none is needed. */
  readonly session: Buffer | null;
  /** Whether the credential is still valid: tokens can be removed from their files. */
  isValid(): boolean;
  /** Calls the listener when that may have changed, until the returned function is called. */
  watch(listener: () => void): () => void;
}
