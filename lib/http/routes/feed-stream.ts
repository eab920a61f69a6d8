import { eventView } from '../../control/queries/views.ts';
import type { FeedBatch, FeedItem } from '../../model/feed.ts';
import { SERVER_SENT, type StreamForm } from '../event-stream.ts';

/** An event is serialized once for all readers: the feed passes the same object to each. */
const SERIALIZED = new WeakMap<FeedItem, string>();

function textOf(item: FeedItem): string {
  const known = SERIALIZED.get(item);
  if (known !== undefined) return known;
  const text = serialize(item);
  SERIALIZED.set(item, text);
  return text;
}

/** Journal events have no event name, so that the `onmessage` handler of a browser receives them all. */
function serialize(item: FeedItem): string {
  switch (item.type) {
    case 'event':
      return `id: ${item.entry.seq}\ndata: ${JSON.stringify(eventView(item.entry))}\n\n`;
    case 'gap': {
      const reason = `the events after ${item.after} are no longer in the journal; the oldest is ${item.oldest}`;
      return `id: ${item.oldest - 1}\nevent: gap\ndata: ${JSON.stringify({ after: item.after, oldest: item.oldest, reason })}\n\n`;
    }
    case 'reset': {
      const reason = `this journal has no event ${item.asked}; the stream continues after its newest event, ${item.newest}`;
      return `id: ${item.newest}\nevent: reset\ndata: ${JSON.stringify({ asked: item.asked, newest: item.newest, reason })}\n\n`;
    }
  }
}

/** The position of the stream, for a client that has received no event to continue after. */
function positionText(position: number): string {
  return `id: ${position}\nevent: position\ndata: {"seq":${position}}\n\n`;
}

function batchText({ items, position }: FeedBatch): string {
  let text = '';
  for (const item of items) text += textOf(item);
  const last = items.at(-1);
  return last?.type === 'event' && last.entry.seq === position ? text : text + positionText(position);
}

/** Server-sent events; their ids are the sequence numbers of the journal. */
export const feedForm: StreamForm<FeedBatch> = { ...SERVER_SENT, batch: batchText };
