import type { LogGap, LogItem } from '../../model/values/log-line.ts';
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

/** A gap, for people. */
function gapText({ generation, stream, from, to, unwritten }: LogGap): string {
  const of = stream === null ? '' : ` of ${stream}`;
  if (unwritten !== undefined) return `${unwritten} bytes${of} of launch ${generation} could not be written`;
  const what = to === null ? 'the rest' : `${to - from} bytes`;
  return `${what}${of} of launch ${generation} were deleted before they could be read`;
}

/** The lines as they were written; pieces of a split line are joined. */
export const textForm: LogForm = {
  type: 'text/plain; charset=utf-8',
  opening: '',
  heartbeat: null,
  batch: each((item) => {
    if (item.type === 'gap') return `[coredinator: ${gapText(item)}]\n`;
    // The end of a line that was given as far as it had been written.
    if (item.continues === true && item.text === '') return '';
    return item.partial === 'split' ? item.text : `${item.text}\n`;
  }),
  farewell: (reason) => `[coredinator: ${reason}]\n`,
  ending: '',
};

/** Server-sent events `line` and `gap`; their id is the position after them. */
export const eventForm: LogForm = {
  ...SERVER_SENT,
  batch: each((item) => `id: ${item.position}\nevent: ${item.type}\ndata: ${JSON.stringify(itemView(item))}\n\n`),
};
