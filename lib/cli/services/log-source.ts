import type { LogItemView, LogPageView, MergedLogItemView } from '../../api/schemas/log.ts';
import type { Arguments } from '../../client/client.ts';
import type { HostContext } from '../host/context.ts';

export type LogQuery = NonNullable<Arguments<'readLogs'>['query']>;

/** A line or gap; if there are several services, with the one it is of. */
export type PrintedItem = LogItemView | MergedLogItemView;

export interface PrintedPage extends Pick<LogPageView, 'next' | 'search'> {
  readonly lines: readonly PrintedItem[];
}

/** The output to print: of one service, or of several together. */
export interface LogSource {
  readonly ids: readonly string[];
  /** Lines name their service. */
  readonly isNamed: boolean;
  /** A position before everything. */
  readonly beginning: string;
  page(query: LogQuery): Promise<PrintedPage>;
  follow(query: LogQuery): AsyncIterable<PrintedItem>;
}

/** With this header the response is a page. */
const headers = { accept: 'application/json' };

export function sourceOfOne({ client, interrupted }: HostContext, id: string): LogSource {
  return {
    ids: [id],
    isNamed: false,
    beginning: '0:0',
    page: (query) => client.readLogs({ id, query, headers }),
    follow: (query) => client.followLogs({ id, query, signal: interrupted }),
  };
}

/** The services with these ids, and those of the agent. */
export async function sourceOfMany(
  { client, interrupted }: HostContext,
  named: readonly string[],
  agent: string | undefined,
): Promise<LogSource> {
  const own = agent === undefined ? [] : (await client.getAgent({ id: agent })).services;
  const ids = [...new Set([...named, ...own])];
  const services = { service_id: named.length === 0 ? undefined : named.join(), agent_id: agent };
  return {
    ids,
    isNamed: true,
    beginning: `${ids[0] ?? ''}=0:0`, // those without a position are read from their beginning
    page: (query) => client.readMergedLogs({ query: { ...query, ...services }, headers }),
    follow: (query) => client.followMergedLogs({ query: { ...query, ...services }, signal: interrupted }),
  };
}
