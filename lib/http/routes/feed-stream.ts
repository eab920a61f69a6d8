import { eventView } from '../../control/queries/views.ts';
import type { FeedBatch, FeedItem } from '../../model/feed.ts';
import { SERVER_SENT, type StreamForm } from '../event-stream.ts';

/** An event is written down once for all who read it: the feed gives every reader the same object. */
const WRITTEN = new WeakMap<FeedItem, string>();

function textOf(item: FeedItem): string {
  const known = WRITTEN.get(item);
  if (known !== undefined) return known;
  const text = written(item);
  WRITTEN.set(item, text);
  return text;
}

/** Events of the journal have no name of their own, so that the `onmessage` of a browser gets them all. */
function written(item: FeedItem): string {
  switch (item.type) {
    case 'event':
      return `id: ${item.entry.seq}\ndata: ${JSON.stringify(eventView(item.entry))}\n\n`;
    case 'gap': {
      const reason = `the journal does not keep the events behind ${item.after} any more; the oldest is ${item.oldest}`;
      return `id: ${item.oldest - 1}\nevent: gap\ndata: ${JSON.stringify({ after: item.after, oldest: item.oldest, reason })}\n\n`;
    }
    case 'reset': {
      const reason = `this journal has told no event ${item.asked}; the stream goes on behind its newest, ${item.newest}`;
      return `id: ${item.newest}\nevent: reset\ndata: ${JSON.stringify({ asked: item.asked, newest: item.newest, reason })}\n\n`;
    }
  }
}

/** Where the stream is, for a client that has got no event behind which it could come back. */
function place(position: number): string {
  return `id: ${position}\nevent: position\ndata: {"seq":${position}}\n\n`;
}

function batchText({ items, position }: FeedBatch): string {
  let text = '';
  for (const item of items) text += textOf(item);
  const last = items.at(-1);
  return last?.type === 'event' && last.entry.seq === position ? text : text + place(position);
}

/** Server-sent events whose ids are the numbers of the journal. */
export const feedForm: StreamForm<FeedBatch> = { ...SERVER_SENT, batch: batchText };
