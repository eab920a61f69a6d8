/** The state of a machine, as XState writes it. */
export type StateValue = string | { readonly [name: string]: StateValue };

/** The part of a snapshot that the page reads. */
export interface MessageSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped';
  /** None: the actor is an effect. */
  readonly value?: StateValue;
  readonly context?: Readonly<Record<string, unknown>>;
  readonly output?: unknown;
  readonly error?: unknown;
}

interface Common {
  /** The run of the host and the id of the actor in it: `<run>/x:7`. */
  readonly sessionId: string;
  readonly rootId: string;
  /** Milliseconds since the epoch, as a text. */
  readonly createdAt: string;
}

/** An event, with the fields that it carries. */
export interface MessageEvent extends Readonly<Record<string, unknown>> {
  readonly type: string;
}

/** A message of the host (docs/inspector.md). */
export type Message =
  | (Common & {
      readonly type: '@xstate.actor';
      readonly name: string;
      readonly parentId?: string;
      /** JSON with the name of its machine. */
      readonly definition: string;
      readonly snapshot: MessageSnapshot;
    })
  | (Common & {
      readonly type: '@xstate.event';
      readonly sourceId?: string;
      readonly event: MessageEvent;
      readonly cause?: string;
    })
  | (Common & {
      readonly type: '@xstate.snapshot';
      readonly event: MessageEvent;
      readonly snapshot: MessageSnapshot;
      readonly cause?: string;
    });

/** The event of the snapshot of an actor of which the viewer missed something. */
export const SYNC = 'inspector.sync';

const TYPES: ReadonlySet<unknown> = new Set(['@xstate.actor', '@xstate.event', '@xstate.snapshot']);

/** Whether something from a file is a message. */
export function isMessage(value: unknown): value is Message {
  if (typeof value !== 'object' || value === null) return false;
  const { type, sessionId, createdAt } = value as Partial<Message>; // of an object, checked here
  return TYPES.has(type) && typeof sessionId === 'string' && typeof createdAt === 'string' && hasParts(value);
}

function hasParts(value: object): boolean {
  const { type, name, definition, event, snapshot } = value as Record<string, unknown>; // of an object
  const hasSnapshot = typeof snapshot === 'object' && snapshot !== null && 'status' in snapshot;
  const hasEvent = typeof event === 'object' && event !== null && 'type' in event && typeof event.type === 'string';
  if (type === '@xstate.actor') return typeof name === 'string' && typeof definition === 'string' && hasSnapshot;
  return hasEvent && (type === '@xstate.event' || hasSnapshot);
}
