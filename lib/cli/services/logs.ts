import { closeSync, openSync, writeSync } from 'node:fs';
import { EXIT } from '../../host/exit-codes.ts';
import type { HostContext, HostRun } from '../host/context.ts';
import { instantOf } from '../host/host-options.ts';
import { colorsFor } from '../output/colors.ts';
import { printJson, type TextStream } from '../output/io.ts';
import { OptionError } from '../serve/option-values.ts';
import { LogPrinter, type LineForm } from './log-printer.ts';
import {
  sourceOfMany,
  sourceOfOne,
  type LogQuery,
  type LogSource,
  type PrintedItem,
  type PrintedPage,
} from './log-source.ts';

/** Which output to print, and how. */
export interface LogOptions {
  /** Also the services of this agent. */
  readonly agent?: string;
  readonly follow?: true;
  /** Undefined: the default, which with `grep` is everything. */
  readonly lines?: number;
  readonly since?: string;
  readonly until?: string;
  readonly grep?: string;
  readonly beforeContext?: number;
  readonly afterContext?: number;
  readonly context?: number;
  readonly previous?: true;
  readonly generation?: number;
  readonly stream?: 'stdout' | 'stderr';
  readonly timestamps?: true;
  readonly utc?: true;
  readonly output?: string;
}

/** The number of lines per request. */
const PAGE = 10_000;
const LINES_DEFAULT = 100;

/** The output of services by time, and with `follow` also new output across new launches and restarts of the host. */
export function serviceLogs(ids: readonly string[], options: LogOptions): HostRun {
  return async (context) => {
    refuseMixtures(ids, options);
    const [id, ...others] = new Set(ids);
    const source =
      id === undefined || others.length > 0 || options.agent !== undefined
        ? await sourceOfMany(context, ids, options.agent)
        : sourceOfOne(context, id);
    const query = await queryOf(context, source, options);
    if (options.output !== undefined) await save(context, source, query, options.output);
    else if (options.follow === true) await follow(context, source, query, options);
    else await print(context, source, query, options);
    return EXIT.ok;
  };
}

function refuseMixtures(ids: readonly string[], options: LogOptions): void {
  const { agent, follow, until, output, grep, lines, previous, generation } = options;
  if (ids.length === 0 && agent === undefined) throw new OptionError('Name a service, or an agent with --agent.');
  if (new Set(ids).size > 1 || agent !== undefined) {
    const name = previous === true ? '--previous' : generation === undefined ? null : '--generation';
    if (name !== null) throw new OptionError(`${name} is for a single service, because each counts its own launches.`);
  }
  const hasContext = [options.context, options.beforeContext, options.afterContext].some((one) => one !== undefined);
  if (hasContext && grep === undefined) throw new OptionError('-A, -B and -C require --grep.');
  if (follow === true && hasContext) throw new OptionError('-A, -B and -C cannot be given together with --follow.');
  if (follow === true && until !== undefined) throw new OptionError('--until cannot be given together with --follow.');
  if (follow === true && output !== undefined)
    throw new OptionError('--output cannot be given together with --follow.');
  if (grep !== undefined && lines !== undefined && follow !== true)
    throw new OptionError('--lines cannot be given together with --grep; use --since.');
  if (previous === true && generation !== undefined)
    throw new OptionError('--previous cannot be given together with --generation.');
}

async function queryOf(context: HostContext, source: LogSource, options: LogOptions): Promise<LogQuery> {
  const { follow, lines, grep, since, until, stream, output, beforeContext, afterContext } = options;
  const isSearch = grep !== undefined && follow !== true;
  const isAll = output !== undefined && lines === undefined && since === undefined;
  const instant = (name: string, text: string | undefined): string | undefined =>
    text === undefined ? undefined : instantOf(name, text, context.now());
  return {
    stream,
    since: instant('--since', since),
    until: instant('--until', until),
    generation: options.previous === true ? await generationBefore(context, source.ids[0] ?? '') : options.generation,
    grep,
    ...(isSearch
      ? { lines_before: beforeContext ?? options.context, lines_after: afterContext ?? options.context }
      : isAll
        ? { after: source.beginning }
        : { tail: lines ?? LINES_DEFAULT }),
  };
}

/** The launch before the newest one. */
async function generationBefore({ client }: HostContext, id: string): Promise<number> {
  const { generation } = await client.getService({ id });
  if (generation > 1) return generation - 1;
  throw new OptionError(
    `--previous: "${id}" was launched ${generation === 0 ? 'never' : 'once'}, so there is no launch before.`,
  );
}

/** All pages of a query. */
async function* pagesOf(source: LogSource, query: LogQuery): AsyncGenerator<PrintedPage> {
  const { stream, generation, grep, until, lines_before, lines_after } = query;
  let position: LogQuery = query;
  for (;;) {
    const page = await source.page({ ...position, limit: PAGE });
    yield page;
    const isLast = page.search?.complete ?? page.lines.length < PAGE;
    if (isLast || page.next === null) return;
    position = { stream, generation, grep, until, lines_before, lines_after, after: page.next };
  }
}

function formOf({ ids, isNamed }: LogSource, { timestamps, utc }: LogOptions): LineForm {
  return {
    ...(timestamps === true ? { timestamps } : {}),
    ...(utc === true ? { utc } : {}),
    ...(isNamed ? { names: ids } : {}),
  };
}

/** How much of a search is done, on a terminal. */
class SearchProgress {
  readonly #err: HostContext['err'];
  #total: number | null = null;
  #isShown = false;

  constructor({ err }: HostContext) {
    this.#err = err;
  }

  show({ search }: PrintedPage): void {
    if (search === undefined || search.complete || this.#err.isTTY !== true) return;
    this.#total ??= search.total_bytes;
    const left = search.total_bytes - search.searched_bytes;
    const percent = Math.floor((1 - left / Math.max(1, this.#total)) * 100);
    this.#err.write(`\rSearched ${Math.max(0, percent)} %; Ctrl-C ends the search.`);
    this.#isShown = true;
  }

  clear(): void {
    if (this.#isShown) this.#err.write('\r\x1b[K');
    this.#isShown = false;
  }
}

async function print(context: HostContext, source: LogSource, query: LogQuery, options: LogOptions): Promise<void> {
  const all: PrintedItem[] = [];
  const printer = new LogPrinter(context, formOf(source, options));
  const progress = new SearchProgress(context);
  let next: string | null = null;
  let isAny = false;
  for await (const page of pagesOf(source, query)) {
    next = page.next ?? next;
    progress.clear();
    if (context.isJson) all.push(...page.lines);
    else for (const item of page.lines) printer.print(item);
    isAny ||= page.lines.length > 0;
    if (context.interrupted.aborted) break;
    progress.show(page);
  }
  progress.clear();
  if (context.isJson) printJson(context.out, { lines: all, next });
  else if (!isAny) {
    const [id = ''] = source.ids;
    const remedy = source.isNamed ? 'services list` shows their states' : `services status ${id}\` shows its state`;
    context.err.write(`No output of ${source.ids.join(', ')} matches. \`coredinator ${remedy}.\n`);
  }
}

/** Writes the lines to a file, as they are. */
async function save(context: HostContext, source: LogSource, query: LogQuery, file: string): Promise<void> {
  const fd = openSync(file, 'w', 0o600);
  const progress = new SearchProgress(context);
  let lines = 0;
  const out: TextStream = { write: (text) => writeSync(fd, text) };
  try {
    const printer = new LogPrinter({ ...context, colors: colorsFor(out, {}), out }, formOf(source, {}));
    for await (const page of pagesOf(source, query)) {
      for (const item of page.lines) printer.print(item);
      lines += page.lines.filter((item) => !('gap' in item)).length;
      if (context.interrupted.aborted) break;
      progress.show(page);
    }
  } finally {
    progress.clear();
    closeSync(fd);
  }
  context.err.write(`Wrote ${lines} ${lines === 1 ? 'line' : 'lines'} to ${file}.\n`);
}

async function follow(context: HostContext, source: LogSource, query: LogQuery, options: LogOptions): Promise<void> {
  const { out, isJson } = context;
  const printer = new LogPrinter(context, formOf(source, options));
  for await (const item of source.follow(query)) {
    if (isJson) out.write(`${JSON.stringify(item)}\n`);
    else printer.print(item);
  }
}
