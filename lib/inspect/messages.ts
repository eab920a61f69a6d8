import type { AnyActorRef, AnyEventObject } from 'xstate';
import { causeOf } from '../model/causes.ts';
import type { Instant } from '../model/values/time.ts';
import { definitionOf, machineNameOf, type ConfigOf } from './definition.ts';
import { rootOf, type Observed, type SeenSnapshot } from './observed.ts';
import { redactAllOf, sanitized, type Redact } from './sanitize.ts';

/** The version of @statelyai/inspect whose messages are sent; receivers require it. */
export const INSPECT_VERSION = '0.7.2';

/** Replaces the event of a snapshot that is sent because a viewer has not seen it, not because something happened. */
const SYNC_EVENT = { type: 'inspector.sync' } as const;

/**
 * How much a viewer gets. `full`: one message in each frame, and each registration has the statechart. `compact`: many
 * messages in a frame, only the name of the statechart, no snapshot after a registration, which contains it, and events
 * with the cause that the journal and the drawings use for them.
 */
export type MessageForm = 'full' | 'compact';

/**
 * Encodes the messages of @statelyai/inspect, each as one JSON text. Session ids start again with each host, so they
 * include the id of its run: an open page can then distinguish the actors of two hosts.
 */
export class Messages {
  readonly #boot: string;
  readonly form: MessageForm;
  readonly #configOf: ConfigOf;

  constructor(boot: string, form: MessageForm, configOf: ConfigOf) {
    this.#boot = boot;
    this.form = form;
    this.#configOf = configOf;
  }

  /** Introduces an actor to a viewer. */
  registration(actor: AnyActorRef, snapshot: SeenSnapshot, at: Instant): string {
    const { id, sessionId, _parent: parent } = actor;
    const head = {
      ...{ type: '@xstate.actor', name: id === sessionId ? this.#idOf(actor) : id },
      ...this.#common(actor, at),
      ...(parent === undefined ? {} : { parentId: this.#idOf(parent) }),
    };
    const shown = shownSnapshot(snapshot, redactAllOf(snapshot.context));
    const isFull = this.form === 'full';
    const definition = isFull ? definitionOf(actor, id, this.#configOf) : machineNameOf(actor, id);
    return joined(head, { definition, snapshot: shown });
  }

  /** The snapshot of an actor that a viewer has not seen yet, or of which it has missed something. */
  current(actor: AnyActorRef, snapshot: SeenSnapshot, at: Instant): string {
    const redact = redactAllOf(snapshot.context);
    return this.#snapshot(actor, SYNC_EVENT, shownSnapshot(snapshot, redact), at, redact);
  }

  /** An observation, for viewers that know the actor. */
  of({ type, actor, source, event, snapshot, at }: Observed): string {
    const sender = source?.getSnapshot() as SeenSnapshot | undefined; // of any kind of actor
    const redact = redactAllOf(sender?.context, snapshot.context, event);
    if (type === '@xstate.snapshot') return this.#snapshot(actor, event, shownSnapshot(snapshot, redact), at, redact);
    const sourceId = source === undefined ? {} : { sourceId: this.#idOf(source) };
    const fields = { ...this.#common(actor, at), ...sourceId, ...this.#causeOf(event) };
    return JSON.stringify({ type, ...fields, event: sanitized(event, redact) });
  }

  #snapshot(actor: AnyActorRef, event: AnyEventObject, snapshot: string, at: Instant, redact: Redact): string {
    const common = { ...this.#common(actor, at), ...this.#causeOf(event) };
    const head = { type: '@xstate.snapshot', ...common, event: sanitized(event, redact) };
    return joined(head, { snapshot });
  }

  #causeOf({ type }: AnyEventObject): { readonly cause?: string } {
    const cause = this.form === 'full' ? null : causeOf(type);
    return cause === null ? {} : { cause };
  }

  #common(actor: AnyActorRef, at: Instant): Readonly<Record<string, string | null>> {
    const sessionId = this.#idOf(actor);
    const rootId = this.#idOf(rootOf(actor));
    return { sessionId, rootId, createdAt: String(at), id: null, _version: INSPECT_VERSION };
  }

  #idOf({ sessionId }: AnyActorRef): string {
    return `${this.#boot}/${sessionId}`;
  }
}

/** Serializes an object with additional members that are JSON already. */
function joined(head: object, parts: Readonly<Record<string, string>>): string {
  const members = Object.entries(parts).map(([name, json]) => `,${JSON.stringify(name)}:${json}`);
  return `${JSON.stringify(head).slice(0, -1)}${members.join('')}}`;
}

function shownSnapshot(
  { status, value, context, tags, children, output, error }: SeenSnapshot,
  redact: Redact,
): string {
  const result = {
    ...(output === undefined ? {} : { output: sanitized(output, redact) }),
    ...(error === undefined ? {} : { error: sanitized(error, redact) }),
  };
  if (value === undefined) return JSON.stringify({ status, ...result });
  const ids = Object.keys(children ?? {}).map((id) => [id, { xstate$$type: 1, id }]);
  return JSON.stringify({
    ...{ status, value, historyValue: {}, tags: [...(tags ?? [])] },
    children: Object.fromEntries(ids) as object, // fromEntries of untyped entries returns any
    context: sanitized(context, redact),
    ...result,
  });
}
