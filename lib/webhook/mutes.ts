import type { JournalEntry, JournalQuery } from '../model/journal.ts';
import { EXPECTED_ENDS, type ExitClass } from '../model/states.ts';
import type { EventFilter } from '../model/values/event-filter.ts';
import type { Instant } from '../model/values/time.ts';
import type { WebhookMute } from '../model/webhook.ts';
import type { WebhookHost } from '../ports/webhooks.ts';

/** A mute of a running webhook. */
export interface ActiveMute extends WebhookMute {
  /** The last event that it holds back; null: it is not over yet. */
  readonly end: number | null;
  /**
   * Events that were delivered although it would have held them back: their delivery had begun before it. Where they come
   * before all that it holds back, it begins after them instead, which is stored and so outlives the host.
   */
  readonly sent: readonly number[];
}

/** What a mute that is over has held back. */
export interface HeldBack {
  readonly type: 'held_back';
  readonly mute: ActiveMute;
  /** What still fails: of each service or agent the last event that says so. */
  readonly due: readonly JournalEntry[];
  /** How many events, the first one and the last one. */
  readonly count: number;
  readonly first: number | null;
  readonly last: number | null;
}

/** The webhook has not come to all events before the end of the mute. */
export interface Behind {
  readonly type: 'behind';
}

/** Which events a mute that is over has held back. */
export interface HeldBackQuery {
  readonly mute: ActiveMute;
  /** Mutes that are still in effect. */
  readonly others: readonly ActiveMute[];
  readonly position: number;
}

const PAGE = 1000;

/** A mute in its stored form. */
export function storedMute({ webhook, agentId, until, since, after, actor, note }: ActiveMute): WebhookMute {
  return { webhook, agentId, until, since, after, actor, note };
}

/** Whether an event is not sent because of these mutes. */
export function isHeldBack(entry: JournalEntry, mutes: readonly ActiveMute[]): boolean {
  return mutes.some(({ agentId, end }) => {
    const isMeant = agentId === null || agentId === entry.agentId;
    return isMeant && (end === null || entry.seq <= end);
  });
}

/** A mute that is not over. */
export function activeMute(mute: WebhookMute): ActiveMute {
  return { ...mute, end: null, sent: [] };
}

/** The mutes after the delivery of an event, before which the webhook was at `position`. */
export function withSent(mutes: readonly ActiveMute[], entry: JournalEntry, position: number): readonly ActiveMute[] {
  return mutes.map((mute) => {
    if (!isHeldBack(entry, [mute]) || entry.seq <= mute.after) return mute;
    return mute.after === position ? { ...mute, after: entry.seq } : { ...mute, sent: [...mute.sent, entry.seq] };
  });
}

/** Those that now begin later than before. */
export function movedSince(before: readonly ActiveMute[], now: readonly ActiveMute[]): readonly ActiveMute[] {
  return now.filter(({ after, agentId, since }) =>
    before.some((mute) => mute.agentId === agentId && mute.since === since && mute.after < after),
  );
}

/** The mutes with this one, in place of one for the same agent that is not over. */
export function withMute(mutes: readonly ActiveMute[], mute: WebhookMute): readonly ActiveMute[] {
  const others = mutes.filter(({ agentId, end }) => agentId !== mute.agentId || end !== null);
  return [...others, activeMute(mute)];
}

/**
 * The last event before a new mute. What mutes in effect have held back of the same agent belongs to it too: it may
 * outlive them.
 */
export function afterOf(
  agentId: string | null,
  { mutes, position }: { readonly mutes: readonly ActiveMute[]; readonly position: number },
): number {
  const overlapping = mutes.filter((mute) => agentId === null || mute.agentId === null || mute.agentId === agentId);
  return Math.min(position, ...overlapping.map(({ after }) => after));
}

/** The mutes with the one for this agent ending at `now`. */
export function endingAt(
  mutes: readonly ActiveMute[],
  ended: Pick<WebhookMute, 'agentId'>,
  now: Instant,
): readonly ActiveMute[] {
  return mutes.map((mute) =>
    mute.agentId === ended.agentId && mute.end === null ? { ...mute, until: Math.min(mute.until, now) } : mute,
  );
}

/** The mutes, with an end for those that are over. */
export function withEnds(
  mutes: readonly ActiveMute[],
  { now, newest }: { readonly now: Instant; readonly newest: number },
): readonly ActiveMute[] {
  return mutes.map((mute) => (mute.end === null && mute.until <= now ? { ...mute, end: newest } : mute));
}

/** The first mute that is over; undefined: there is none. */
export function firstOver(mutes: readonly ActiveMute[]): ActiveMute | undefined {
  return mutes.find(({ end }) => end !== null);
}

/** Reads what a mute that is over has held back. Throws StoreUnavailableError. */
export async function readHeldBack(
  { mute, others, position }: HeldBackQuery,
  filter: EventFilter,
  host: Pick<WebhookHost, 'history' | 'isFailing'>,
  isOwn: (entry: JournalEntry) => boolean,
): Promise<HeldBack | Behind> {
  const before = (mute.end ?? position) + 1;
  const filters = { filter, ...(mute.agentId === null ? {} : { agentId: mute.agentId }) };
  const failures = new Map<string, JournalEntry>();
  let [count, first, last]: [number, number | null, number | null] = [0, null, null];
  for await (const entry of matching({ ...filters, before }, mute.after, host)) {
    if (isOwn(entry) || mute.sent.includes(entry.seq)) continue;
    if (entry.seq > position) return { type: 'behind' };
    [count, first, last] = [count + 1, first ?? entry.seq, entry.seq];
    if (isFailure(entry) && !isHeldBack(entry, others)) failures.set(subjectOf(entry), entry);
  }
  const due: JournalEntry[] = [];
  for (const entry of failures.values()) if (await host.isFailing(entry)) due.push(entry);
  return { type: 'held_back', mute, due: due.sort((one, other) => one.seq - other.seq), count, first, last };
}

/** The events of the journal that match, oldest first. */
async function* matching(
  query: Omit<JournalQuery, 'after' | 'limit'>,
  start: number,
  { history }: Pick<WebhookHost, 'history'>,
): AsyncGenerator<JournalEntry, void, undefined> {
  for (let after = start; ;) {
    const page = await history({ ...query, after, limit: PAGE });
    yield* page;
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last.seq;
  }
}

function subjectOf({ serviceId, agentId }: JournalEntry): string {
  return serviceId === null ? `agent:${agentId ?? ''}` : `service:${serviceId}`;
}

/** Whether an event says that something fails. */
function isFailure({ type, to, detail }: JournalEntry): boolean {
  if (type.endsWith('.state_changed')) return to === 'backoff' || to === 'failed';
  return type === 'process.exited' && !EXPECTED_ENDS.includes(detail['class'] as ExitClass); // as it is written
}
