import type { Message, MessageSnapshot, StateValue } from '../../../../lib/dashboard/inspector/model/message.ts';
import { SYNC } from '../../../../lib/dashboard/inspector/model/message.ts';
import { Tape, type TapeLimits } from '../../../../lib/dashboard/inspector/model/tape.ts';

/** A tape that is fed like the page feeds it, with the messages of a host. */
export class TapeWorld {
  readonly tape: Tape;
  readonly texts: string[] = [];
  /** The run of the host. */
  run = 'run1';
  #at = 1_000;
  readonly #ids = new Map<string, string>();

  constructor(limits?: TapeLimits) {
    this.tape = new Tape(limits);
  }

  /** The id of an actor by its name; names are unique here. */
  id(name: string): string {
    return this.#ids.get(name) ?? 'unknown';
  }

  send(message: Message): void {
    const text = JSON.stringify(message);
    this.texts.push(text);
    this.tape.append(message, text);
  }

  /** Introduces an actor as a host does. Without a machine it is an effect. */
  register(
    name: string,
    given: { machine?: string; parent?: string; value?: StateValue; holders?: string[] } = {},
  ): void {
    const { machine, parent, value, holders } = given;
    const sessionId = `${this.run}/x:${name}`;
    this.#ids.set(name, sessionId);
    const definition = JSON.stringify(machine === undefined ? { id: name } : { id: machine, initial: 'stopped' });
    const snapshot = snapshotOf(machine === undefined ? undefined : (value ?? 'stopped'), holders);
    this.send({
      ...{ type: '@xstate.actor', ...this.#common(sessionId), name, definition, snapshot },
      ...(parent === undefined ? {} : { parentId: this.id(parent) }),
    });
  }

  sync(name: string, value?: StateValue, holders?: string[]): void {
    const common = this.#common(this.id(name));
    this.send({ type: '@xstate.snapshot', ...common, event: { type: SYNC }, snapshot: snapshotOf(value, holders) });
  }

  event(to: string, type: string, from?: string, fields: object = {}): void {
    const source = from === undefined ? {} : { sourceId: this.id(from) };
    this.send({ type: '@xstate.event', ...this.#common(this.id(to)), ...source, event: { type, ...fields } });
  }

  snapshot(
    of: string,
    type: string,
    value: StateValue | undefined,
    status: MessageSnapshot['status'] = 'active',
  ): void {
    const snapshot = { ...snapshotOf(value), status };
    this.send({ type: '@xstate.snapshot', ...this.#common(this.id(of)), event: { type }, snapshot });
  }

  /** An event and the state that it leads to. */
  move(to: string, type: string, value: StateValue, from?: string): void {
    this.event(to, type, from);
    this.snapshot(to, type, value);
  }

  /** The state of an actor at a position, by default at the end. */
  state(name: string, position = this.tape.end): StateValue | undefined {
    return this.tape.stateAt(this.id(name), position)?.value;
  }

  #common(sessionId: string): { sessionId: string; rootId: string; createdAt: string } {
    this.#at += 1;
    return { sessionId, rootId: `${this.run}/x:0`, createdAt: String(this.#at) };
  }
}

function snapshotOf(value: StateValue | undefined, holders: readonly string[] = []): MessageSnapshot {
  return { status: 'active', ...(value === undefined ? {} : { value, context: { holders, env: '***' } }) };
}

/** A supervisor with an agent, its two services, and one of the host. */
export function plantWorld(limits?: TapeLimits): TapeWorld {
  const world = new TapeWorld(limits);
  world.register('root', { machine: 'supervisor', value: 'supervising' });
  world.register('service:telemetry', { machine: 'service', parent: 'root', holders: ['host'] });
  world.register('agent:pump1', { machine: 'agent', parent: 'root', value: 'running' });
  for (const name of ['service:pump1-coreio', 'service:pump1-corerl'])
    world.register(name, { machine: 'service', parent: 'root', value: { running: 'ready' }, holders: ['agent:pump1'] });
  world.register('observe', { parent: 'service:pump1-corerl' });
  return world;
}
