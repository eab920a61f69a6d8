import type { LogItemView } from '../../api/schemas/log.ts';
import { lastState } from '../../client/last-state.ts';
import type { HostContext } from '../host/context.ts';
import type { Colors } from '../output/colors.ts';
import { shownTime } from '../../frontend/words/local-time.ts';
import { visibleLineOn, visibleOn } from '../output/visible.ts';
import type { PrintedItem } from './log-source.ts';

/** What precedes each line. */
export interface LineForm {
  /** Its time, in the time zone of this machine. */
  readonly timestamps?: true;
  /** Its time in UTC. */
  readonly utc?: true;
  /** The services whose lines are printed together; each line begins with its service. */
  readonly names?: readonly string[];
}

/** The colours of services, in their order; they begin again after the last one. */
const PALETTE = ['cyan', 'yellow', 'green', 'magenta', 'blue', 'cyanBright', 'yellowBright', 'greenBright'] as const;

/** What precedes the lines of each service. */
function prefixesOf(names: readonly string[], colors: Colors, isAligned: boolean): ReadonlyMap<string, string> {
  const width = isAligned ? Math.max(0, ...names.map(({ length }) => length)) : 0;
  return new Map(
    names.map((name, index) => [name, colors[PALETTE[index % PALETTE.length] ?? 'cyan'](`${name.padEnd(width)} | `)]),
  );
}

/** Prints lines of output, and what is missing. */
export class LogPrinter {
  readonly #context: Pick<HostContext, 'out' | 'err' | 'colors'>;
  readonly #form: LineForm;
  readonly #prefixes: ReadonlyMap<string, string>;
  /** The streams whose last line was not at its end. */
  readonly #begun = new Set<string>();
  #isWithin = false;

  constructor(context: Pick<HostContext, 'out' | 'err' | 'colors'>, form: LineForm) {
    this.#context = context;
    this.#form = form;
    this.#prefixes = prefixesOf(form.names ?? [], context.colors, context.out.isTTY === true);
  }

  print(item: PrintedItem): void {
    const { out, err, colors } = this.#context;
    const name = 'service_id' in item ? item.service_id : '';
    const prefix = name === '' ? '' : (this.#prefixes.get(name) ?? `${name} | `);
    if ('gap' in item) {
      err.write(`${prefix}${colors.dim(`(${gapText(item)})`)}\n`);
      return;
    }
    const begun = `${name} ${item.stream}`;
    const isRest = this.#begun.delete(begun);
    if (item.partial === 'unfinished') this.#begun.add(begun);
    // The end of a line that was printed as far as it had been written.
    if (isRest && item.text === '') return;
    // Among lines of other services, each piece is a line.
    const isSplit = item.partial === 'split' && name === '';
    const time = this.#isWithin ? '' : this.#timeOf(item.at);
    const text = out.isTTY === true ? lastState(item.text) : item.text;
    const shown = isSplit ? visibleOn(out, text) : `${visibleLineOn(out, text)}\n`;
    out.write(`${prefix}${time === '' ? '' : `${colors.dim(time)} `}${shown}`);
    this.#isWithin = isSplit;
  }

  #timeOf(at: string | null): string {
    const { timestamps, utc } = this.#form;
    if (timestamps !== true && utc !== true) return '';
    if (at === null) return '-'.padEnd(utc === true ? 24 : 23);
    const ms = `${at.slice(0, 23)}Z`;
    return shownTime(ms, utc);
  }
}

function gapText({ generation, stream, from, to, unwritten }: Extract<LogItemView, { gap: true }>): string {
  const of = stream === null ? '' : ` of ${stream}`;
  if (unwritten !== undefined) return `${unwritten} bytes${of} of launch ${generation} could not be written`;
  const size = to === null ? 'The rest' : `${to - from} bytes`;
  return `${size}${of} of launch ${generation} was deleted before it could be read`;
}
