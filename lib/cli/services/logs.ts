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
  let next: string | null = null;
  let isAny = false;
  let position: Pick<LogQuery, 'tail' | 'since' | 'after'> = query;
  for (;;) {
    const page = await pageOf(context, id, { ...position, stream: query.stream, limit: PAGE });
    next = page.next ?? next;
    if (context.isJson) all.push(...page.lines);
    else for (const item of page.lines) printItem(context, item);
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
  for await (const item of client.followLogs({ id, query, signal: interrupted })) {
    if (isJson) out.write(`${JSON.stringify(item)}\n`);
    else printItem(context, item);
  }
}

function printItem({ out, err, colors }: HostContext, item: LogItemView): void {
  if ('gap' in item) {
    const size = item.to === null ? 'The rest' : `${item.to - item.from} bytes`;
    err.write(
      colors.dim(`(${size} of ${item.stream} of launch ${item.generation} was deleted before it could be read)`),
    );
    err.write('\n');
    return;
  }
  out.write(item.partial === 'split' ? visibleOn(out, item.text) : `${visibleLineOn(out, item.text)}\n`);
}
