import { assign, enqueueActions, fromPromise, not, raise, setup, stateIn } from 'xstate';
import type { HealthView } from '../../../api/schemas/host.ts';
import { ProblemError } from '../../../client/client.ts';
import type { Client } from '../../../client/client.ts';
import type { Message } from '../model/message.ts';
import { recordingText, tapeOf } from '../model/recording.ts';
import type { Recording } from '../model/recording.ts';
import { Tape } from '../model/tape.ts';
import type { Inbox, Taken } from './inbox.ts';
import { hostSocket } from './socket.ts';
import type { SocketEvent } from './socket.ts';

/** What the page needs of a host. */
export interface InspectorInput {
  readonly client: Pick<Client, 'getHealth' | 'getSession'>;
  /** Where a viewer connects. */
  readonly socketUrl: URL;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A finished recording, which the page offers as a file. */
export interface RecordedFile {
  readonly name: string;
  readonly text: string;
}

interface Recorder {
  readonly startedAt: number;
  readonly messages: string[];
}

interface InspectorContext extends InspectorInput {
  readonly inbox: Inbox;
  /** What came while the view was paused. */
  readonly held: Inbox;
  readonly tape: Tape;
  /** Changes with everything that changes the tape. */
  readonly version: number;
  /** How many events are held back. */
  readonly heldEvents: number;
  /** The shown position; null: the newest. */
  readonly moment: number | null;
  /** What the host says about itself; null: it has not said anything yet. */
  readonly health: HealthView | null;
  /** The opened recording; null: the page shows its host. */
  readonly recording: Recording | null;
  readonly recorder: Recorder | null;
  readonly recorded: number;
  readonly file: RecordedFile | null;
  /** Why there is no connection; null: unknown, or there is one. */
  readonly problem: string | null;
  /** Since when there is no connection; null: there is one, or was none yet. */
  readonly lostAt: number | null;
}

export type InspectorEvent =
  | SocketEvent
  | (Taken & { readonly type: 'batch' })
  /** Raised after the last batch of a connection. */
  | { readonly type: 'connection.lost' }
  /** Messages are missing. */
  | { readonly type: 'messages.dropped' }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  /** Shows the state after the row at this position. */
  | { readonly type: 'moment.chosen'; readonly position: number }
  | { readonly type: 'record.start' }
  | { readonly type: 'record.stop'; readonly charts: Readonly<Record<string, string>> }
  | { readonly type: 'recording.opened'; readonly recording: Recording }
  | { readonly type: 'recording.closed' };

/** A recording has at most so many messages; then it ends by itself. */
const MAX_RECORDED = 200_000;
const WITHDRAWN = 1008;
/** So many of the messages that were held back are shown at once: about 20 ms of work, and 64,000 of them within 15 s. */
const PART = 200;

/** How a message is read: the host writes it, and a file was checked. */
function appendAll(tape: Tape, { texts, dropped }: Taken, now: number): void {
  if (dropped > 0) tape.lose(now, `${dropped} messages were too many and were dropped`);
  for (const text of texts) tape.append(JSON.parse(text) as Message, text);
}

function fileOf(
  { recorder, health, now }: InspectorContext,
  charts: Readonly<Record<string, string>>,
): RecordedFile | null {
  if (recorder === null) return null;
  const host = { name: health?.name ?? 'unknown', version: health?.version ?? 'unknown' };
  const [startedAt, endedAt] = [new Date(recorder.startedAt).toISOString(), new Date(now()).toISOString()];
  const name = `inspector-${host.name}-${startedAt.slice(0, 19).replaceAll(':', '-')}.json`;
  return {
    name: name.replaceAll(/[^\w.-]/g, '_'),
    text: recordingText({ host, startedAt, endedAt, charts }, recorder.messages),
  };
}

/** The implementations behind the names in the chart. */
export const inspectorSetup = setup({
  types: {
    context: {} as InspectorContext, // setup() takes types as values
    events: {} as InspectorEvent,
    input: {} as InspectorInput,
  },
  actors: {
    socket: hostSocket,
    readHealth: fromPromise<HealthView, InspectorInput>(({ input, signal }) => input.client.getHealth({ signal })),
    // A browser does not say why a connection was refused; a request to the host does.
    askSession: fromPromise<unknown, InspectorInput>(({ input, signal }) => input.client.getSession({ signal })),
  },
  actions: {
    handOut: enqueueActions(({ context: { inbox }, enqueue }) => {
      const taken = inbox.takeAll();
      enqueue.raise({ type: 'batch', ...taken });
      if (taken.dropped > 0) enqueue.raise({ type: 'messages.dropped' });
    }),
    append: assign(({ context: { tape, version, now }, event }) => {
      if (event.type === 'batch') appendAll(tape, event, now());
      return { version: version + 1 };
    }),
    hold: enqueueActions(({ context: { held }, event, enqueue }) => {
      if (event.type !== 'batch') return;
      const { dropped } = held;
      held.addAll(event);
      enqueue.assign({ heldEvents: held.events });
      if (held.dropped > dropped + event.dropped) enqueue.raise({ type: 'messages.dropped' });
    }),
    release: assign(({ context: { tape, held, version, now } }) => {
      appendAll(tape, held.take(PART), now());
      return { version: version + 1, heldEvents: held.events };
    }),
    showNewest: assign({ moment: null }),
    showEnd: assign(({ context: { tape } }) => ({ moment: tape.end })),
    showMoment: assign(({ event }) => (event.type === 'moment.chosen' ? { moment: event.position } : {})),
    lose: raise({ type: 'connection.lost' }),
    noteLoss: assign(({ context: { tape, version, lostAt, now } }) => {
      if (lostAt === null) tape.lose(now(), 'the connection to the host was lost');
      return { version: version + 1, lostAt: lostAt ?? now() };
    }),
    connect: assign({ lostAt: null, problem: null }),
    setProblem: assign((_, { problem }: { readonly problem: string | null }) => ({ problem })),
    noteHealth: assign((_, { health }: { readonly health: HealthView | null }) => ({ health })),
    beginRecording: assign(({ context: { tape, now } }) => ({
      recorder: { startedAt: now(), messages: [...tape.stateMessages()] },
      recorded: 0,
      file: null,
    })),
    record: assign(({ context: { recorder, recorded }, event }) => {
      if (recorder === null || event.type !== 'batch') return {};
      recorder.messages.push(...event.texts);
      return { recorded: recorded + event.texts.length };
    }),
    keepFile: assign(({ context, event }) =>
      event.type === 'record.stop' ? { file: fileOf(context, event.charts), recorder: null } : {},
    ),
    openRecording: assign(({ context: { version }, event }) =>
      event.type === 'recording.opened'
        ? { recording: event.recording, tape: tapeOf(event.recording), version: version + 1, moment: null }
        : {},
    ),
    closeRecording: assign(({ context: { version, held } }) => {
      held.takeAll();
      return { recording: null, tape: new Tape(), version: version + 1, moment: null, heldEvents: 0, lostAt: null };
    }),
    dropMessages: ({ context: { inbox, held } }) => {
      inbox.takeAll();
      held.takeAll();
    },
  },
  guards: {
    isWithdrawn: ({ event }) => event.type === 'socket.closed' && event.code === WITHDRAWN,
    isSignInRequired: (_, { error }: { readonly error: unknown }) =>
      error instanceof ProblemError && error.status === 401,
    isNotPaused: not(stateIn({ view: 'paused' })),
    isCaughtUp: ({ context: { held } }) => held.isEmpty && held.dropped === 0,
    hasHeldTooMuch: ({ context: { held } }) => held.dropped > 0,
    hasMessages: ({ context: { inbox } }) => !inbox.isEmpty,
    isRecordingFull: ({ context: { recorded } }) => recorded > MAX_RECORDED,
  },
  delays: { gather: 60, part: 16, retry: 1_000, rereadHealth: 10_000 },
});
