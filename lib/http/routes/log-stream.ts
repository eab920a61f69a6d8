import type { LogItem } from '../../model/values/log-line.ts';
import { SERVER_SENT, type StreamForm } from '../event-stream.ts';
import { itemView } from './log-page.ts';

type LogForm = StreamForm<readonly LogItem[]>;

/** A whole batch, for a form that is written item by item. */
function each(itemText: (item: LogItem) => string): LogForm['batch'] {
  return (items) => {
    let text = '';
    for (const item of items) text += itemText(item);
    return text;
  };
}

/** The lines as they were written. Pieces of a split line are put together again. */
export const textForm: LogForm = {
  type: 'text/plain; charset=utf-8',
  opening: '',
  heartbeat: null,
  batch: each((item) => {
    if (item.type === 'line') return item.partial === 'split' ? item.text : `${item.text}\n`;
    const what = item.to === null ? 'the rest' : `${item.to - item.from} bytes`;
    return `[coredinator: ${what} of ${item.stream} of launch ${item.generation} were released before they were read]\n`;
  }),
  farewell: (reason) => `[coredinator: ${reason}]\n`,
  ending: '',
};

/** Server-sent events: `line` and `gap`, whose id is the position behind them. */
export const eventForm: LogForm = {
  ...SERVER_SENT,
  batch: each((item) => `id: ${item.position}\nevent: ${item.type}\ndata: ${JSON.stringify(itemView(item))}\n\n`),
};
