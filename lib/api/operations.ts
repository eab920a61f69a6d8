import type { z } from 'zod';
import type { Operation } from './operation.ts';
import { AGENT_OPERATIONS, TEP_OPERATIONS } from './operations/agents.ts';
import { CONFIG_OPERATIONS } from './operations/config.ts';
import { DASHBOARD_OPERATIONS } from './operations/dashboard.ts';
import { EVENT_OPERATIONS } from './operations/events.ts';
import { HISTORY_OPERATIONS } from './operations/history.ts';
import { DOCS_OPERATIONS, HOST_OPERATIONS } from './operations/host.ts';
import { INSPECTOR_OPERATIONS } from './operations/inspector.ts';
import { IO_OPERATIONS } from './operations/io.ts';
import { LAUNCH_OPERATIONS } from './operations/launches.ts';
import { LOG_OPERATIONS } from './operations/logs.ts';
import { MACHINE_OPERATIONS } from './operations/machines.ts';
import { METRICS_OPERATIONS } from './operations/metrics.ts';
import { SERVICE_OPERATIONS } from './operations/services.ts';
import { SESSION_OPERATIONS } from './operations/session.ts';
import { TIMELINE_OPERATIONS } from './operations/timeline.ts';
import { WEBHOOK_OPERATIONS } from './operations/webhooks.ts';
import type { OperationId } from './paths.ts';
import type { Wire } from './wire.ts';

/** All operations of a host, in the order of the documentation; an id without an operation does not compile. */
export const OPERATIONS = {
  ...AGENT_OPERATIONS,
  ...TEP_OPERATIONS,
  ...IO_OPERATIONS,
  ...SERVICE_OPERATIONS,
  ...HISTORY_OPERATIONS,
  ...LAUNCH_OPERATIONS,
  ...LOG_OPERATIONS,
  ...EVENT_OPERATIONS,
  ...TIMELINE_OPERATIONS,
  ...WEBHOOK_OPERATIONS,
  ...MACHINE_OPERATIONS,
  ...CONFIG_OPERATIONS,
  ...HOST_OPERATIONS,
  ...METRICS_OPERATIONS,
  ...SESSION_OPERATIONS,
  ...INSPECTOR_OPERATIONS,
  ...DOCS_OPERATIONS,
  ...DASHBOARD_OPERATIONS,
} as const satisfies Readonly<Record<OperationId, Operation>>;

/** The operation of an id, with the types of its schemas. */
export type OperationOf<K extends OperationId> = (typeof OPERATIONS)[K];

/** The validated body of an operation; undefined if it has none. */
export type BodyOf<O> = O extends { readonly body: infer S extends z.ZodType } ? z.output<S> : undefined;

/** The validated query of an operation; undefined if it has none. */
export type QueryOf<O> = O extends { readonly query: infer S extends z.ZodType } ? z.output<S> : undefined;

type AnswerBody<A> = A extends { readonly content: { readonly 'application/json': infer S extends z.ZodType } }
  ? Wire<S>
  : never;

/** The JSON response of an operation. */
export type JsonOf<O> = O extends { readonly answers: infer A } ? AnswerBody<A[keyof A]> : never;
