import type { LogItemView } from '../../api/schemas/log.ts';
import type { Arguments } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import type { HostContext, HostRun } from '../host/context.ts';
import { instantOf } from '../host/host-options.ts';
import { printJson } from '../output/io.ts';
import { visibleLineOn, visibleOn } from '../output/visible.ts';

/** Which output to print. */
export interface LogOptions {
  readonly follow?: true;
  readonly lines: number;
  readonly since?: string;
  readonly stream?: 'stdout' | 'stderr';
}

type LogQuery = NonNullable<Arguments<'readLogs'>['query']>;

/** The streams whose last line was not at its end. */
type Begun = Set<string>;

/** The number of lines per request. */
const PAGE = 10_000;

/** The output of a service, and with `follow` also new output across new launches and restarts of the host. */
export function serviceLogs(id: string, options: LogOptions): HostRun {
  return async (context) => {
    const query: LogQuery = {
      tail: options.lines,
      stream: options.stream,
      since: options.since === undefined ? undefined : instantOf(options.since, context.now()),
    };
    if (options.follow === true) await follow(context, id, query);
    else await print(context, id, query);
    return EXIT.ok;
  };
}

async function print(context: HostContext, id: string, query: LogQuery): Promise<void> {
  const all: LogItemView[] = [];
  const begun: Begun = new Set();
  let next: string | null = null;
  let isAny = false;
  let position: Pick<LogQuery, 'tail' | 'since' | 'after'> = query;
  for (;;) {
    const page = await pageOf(context, id, { ...position, stream: query.stream, limit: PAGE });
    next = page.next ?? next;
    if (context.isJson) all.push(...page.lines);
    else for (const item of page.lines) printItem(context, item, begun);
    isAny ||= page.lines.length > 0;
    if (page.lines.length < PAGE || next === null) break;
    position = { after: next };
  }
  if (context.isJson) printJson(context.out, { lines: all, next });
  else if (!isAny)
    context.err.write(`No output of ${id} matches. \`coredinator services status ${id}\` shows its state.\n`);
}

async function pageOf(
  { client }: HostContext,
  id: string,
  query: LogQuery,
): Promise<{ readonly lines: readonly LogItemView[]; readonly next: string | null }> {
  // With this Accept header the response is a page.
  return client.readLogs({ id, query, headers: { accept: 'application/json' } });
}

async function follow(context: HostContext, id: string, query: LogQuery): Promise<void> {
  const { client, out, isJson, interrupted } = context;
  const begun: Begun = new Set();
  for await (const item of client.followLogs({ id, query, signal: interrupted })) {
    if (isJson) out.write(`${JSON.stringify(item)}\n`);
    else printItem(context, item, begun);
  }
}

function gapText({ generation, stream, from, to, unwritten }: Extract<LogItemView, { gap: true }>): string {
  const of = stream === null ? '' : ` of ${stream}`;
  if (unwritten !== undefined) return `${unwritten} bytes${of} of launch ${generation} could not be written`;
  const size = to === null ? 'The rest' : `${to - from} bytes`;
  return `${size}${of} of launch ${generation} was deleted before it could be read`;
}

function printItem({ out, err, colors }: HostContext, item: LogItemView, begun: Begun): void {
  if ('gap' in item) {
    err.write(`${colors.dim(`(${gapText(item)})`)}\n`);
    return;
  }
  const isRest = begun.delete(item.stream);
  if (item.partial === 'unfinished') begun.add(item.stream);
  // The end of a line that was printed as far as it had been written.
  if (isRest && item.text === '') return;
  out.write(item.partial === 'split' ? visibleOn(out, item.text) : `${visibleLineOn(out, item.text)}\n`);
}
