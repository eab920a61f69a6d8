import type { ViewerSocket } from '../../../lib/inspect/viewer.ts';

/** One message of @statelyai/inspect, as far as specs use it. */
export interface InspectMessage {
  readonly type: '@xstate.actor' | '@xstate.event' | '@xstate.snapshot';
  readonly sessionId: string;
  readonly rootId: string;
  readonly createdAt: string;
  readonly _version: string;
  readonly parentId?: string;
  readonly sourceId?: string;
  readonly name?: string;
  readonly definition?: string;
  readonly cause?: string;
  readonly event?: { readonly type: string; readonly [field: string]: unknown };
  readonly snapshot?: { readonly status: string; readonly value?: unknown; readonly context?: unknown };
}

/** A connection to a viewer that reads only on demand. */
export class FakeViewerSocket implements ViewerSocket {
  readonly messages: InspectMessage[] = [];
  closed: { readonly code: number; readonly reason: string } | null = null;
  isCut = false;
  frames = 0;
  pings = 0;
  bufferedAmount = 0;
  isReading = true;
  #written: (() => void)[] = [];

  send(frame: string, written: () => void): void {
    this.frames += 1;
    this.messages.push(...frame.split('\n').map((text) => JSON.parse(text) as InspectMessage)); // written by the hub
    if (this.isReading) {
      written();
      return;
    }
    this.bufferedAmount += frame.length;
    this.#written.push(written);
  }

  /** Reads everything that was sent, and everything from now on. */
  read(): void {
    this.isReading = true;
    this.bufferedAmount = 0;
    const written = this.#written;
    this.#written = [];
    for (const tell of written) tell();
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  terminate(): void {
    this.isCut = true;
  }

  /** The names of the registered actors, in order. */
  get registered(): readonly string[] {
    return this.messages.filter(({ type }) => type === '@xstate.actor').map(({ name }) => name ?? '');
  }

  /** The messages about an actor, in short: `actor`, `event <type>`, `snapshot <state> (<type of the event>)`. */
  toldOf(name: string): readonly string[] {
    const id = this.messages.findLast((message) => message.name === name)?.sessionId;
    return this.messages
      .filter(({ sessionId }) => sessionId === id)
      .map(({ type, event, snapshot }) => {
        if (type === '@xstate.actor') return 'actor';
        if (type === '@xstate.event') return `event ${event?.type ?? ''}`;
        return `snapshot ${stateIn(snapshot)} (${event?.type ?? ''})`;
      });
  }

  forget(): void {
    this.messages.length = 0;
  }
}

function stateIn(snapshot: InspectMessage['snapshot']): string {
  const value = snapshot?.value;
  if (value === undefined) return snapshot?.status ?? '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
