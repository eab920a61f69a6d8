import type { DefaultContext, ParameterizedContext } from 'koa';
import type { OperationId } from '../api/paths.ts';
import type { Scope } from './access/credentials.ts';

/** What the first middleware knows of a request. */
export interface RequestState {
  requestId: string;
  /** Set once the request was let in. */
  admission?: Admission;
  /** Set once the request has found its route. */
  operation?: OperationId;
}

/** The Koa context of a routed request. */
export type Context = ParameterizedContext<
  RequestState,
  DefaultContext & { params?: Readonly<Record<string, string>> }
>;

/** What whoever was let in may do. */
export interface Admission {
  readonly scope: Scope;
  /** What was shown; null: nothing is asked for. */
  readonly by: 'token' | 'cookie' | null;
  /** What a cookie would hold that lets in the same; null: none is needed. */
  readonly session: Buffer | null;
  /** Whether the same credential would let in now: tokens are taken out of their files. */
  isHeld(): boolean;
  /** Tells the listener when that may have changed, until the function that it gives is called. */
  watch(listener: () => void): () => void;
}
