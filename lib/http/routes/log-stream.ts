import type { LogItem } from '../../model/values/log-line.ts';
import { SERVER_SENT, type StreamForm } from '../event-stream.ts';
import { itemView } from './log-page.ts';

type LogForm = StreamForm<readonly LogItem[]>;

/** Encodes a batch item by item. */
function each(itemText: (item: LogItem) => string): LogForm['batch'] {
  return (items) => {
    let text = '';
    for (const item of items) text += itemText(item);
    return text;
  };
}

/** The lines as they were written; pieces of a split line are joined. */
export const textForm: LogForm = {
  type: 'text/plain; charset=utf-8',
  opening: '',
  heartbeat: null,
  batch: each((item) => {
    if (item.type === 'line') return item.partial === 'split' ? item.text : `${item.text}\n`;
    const what = item.to === null ? 'the rest' : `${item.to - item.from} bytes`;
    return `[coredinator: ${what} of ${item.stream} of launch ${item.generation} were deleted before they could be read]\n`;
  }),
  farewell: (reason) => `[coredinator: ${reason}]\n`,
  ending: '',
};

/** Server-sent events `line` and `gap`; their id is the position after them. */
export const eventForm: LogForm = {
  ...SERVER_SENT,
  batch: each((item) => `id: ${item.position}\nevent: ${item.type}\ndata: ${JSON.stringify(itemView(item))}\n\n`),
};
