import type { LogBatch, LogGap, ServiceLogItem } from '../../../model/values/log-line.ts';
import { SERVER_SENT, type StreamForm } from '../../event-stream.ts';
import { Cursor } from './cursor.ts';
import { viewOf } from './page.ts';

type LogForm = StreamForm<LogBatch>;

/** A gap, for people. */
function gapText({ generation, stream, from, to, unwritten }: LogGap): string {
  const of = stream === null ? '' : ` of ${stream}`;
  if (unwritten !== undefined) return `${unwritten} bytes${of} of launch ${generation} could not be written`;
  const what = to === null ? 'the rest' : `${to - from} bytes`;
  return `${what}${of} of launch ${generation} were deleted before they could be read`;
}

function itemText({ serviceId, item }: ServiceLogItem, isNamed: boolean): string {
  const name = isNamed ? `${serviceId} | ` : '';
  if (item.type === 'gap') return `${name}[coredinator: ${gapText(item)}]\n`;
  // The end of a line that was given as far as it had been written.
  if (item.continues === true && item.text === '') return '';
  return item.partial === 'split' && !isNamed ? item.text : `${name}${item.text}\n`;
}

/**
 * The lines as they were written, of one service with the pieces of a split line joined. `isNamed`: each with its service
 * before it.
 */
export function textForm(isNamed: boolean): LogForm {
  return {
    type: 'text/plain; charset=utf-8',
    opening: '',
    heartbeat: null,
    batch: (batch) => (batch.type === 'starts' ? '' : batch.items.map((one) => itemText(one, isNamed)).join('')),
    farewell: (reason) => `[coredinator: ${reason}]\n`,
    ending: '',
  };
}

/**
 * Server-sent events `line` and `gap`, and before them `position`, without which a client that has received nothing yet
 * could not continue. The id of each is where a client continues.
 */
export function eventForm(isNamed: boolean): LogForm {
  const cursor = new Cursor(isNamed);
  return {
    ...SERVER_SENT,
    batch: (batch) => {
      if (batch.type === 'starts') {
        cursor.start(batch.positions);
        return `id: ${cursor.text}\nevent: position\ndata: {}\n\n`;
      }
      let text = '';
      for (const one of batch.items) {
        cursor.pass(one);
        text += `id: ${cursor.text}\nevent: ${one.item.type}\ndata: ${JSON.stringify(viewOf(one, isNamed))}\n\n`;
      }
      return text;
    },
  };
}
