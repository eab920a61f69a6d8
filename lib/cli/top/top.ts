import { setTimeout as delay } from 'node:timers/promises';
import { EXIT } from '../../host/exit-codes.ts';
import type { HostContext, HostRun } from '../host/context.ts';
import { printJson } from '../output/io.ts';
import { allServices } from '../services/show-services.ts';
import { headLines } from './head.ts';
import { rowLines } from './list.ts';
import { ordered, rowsOf } from './rows.ts';
import type { TopOptions } from './options.ts';

/** The states and the resource usage of all services: live on a terminal, otherwise once. */
export function top(options: TopOptions): HostRun {
  return async (context) => {
    const isLive = context.out.isTTY === true && context.keys.isTTY === true && !context.isJson;
    if (!isLive) return once(context, options);
    const { live } = await import('./live.tsx');
    return live(context, options);
  };
}

/** Processor usage needs two readings. */
async function once(context: HostContext, { sort, interval, agent }: TopOptions): Promise<number> {
  const { client, out, isJson, url, colors, width, interrupted: signal } = context;
  await client.getUsage({ signal });
  await delay(interval, undefined, { signal });
  const filter = agent === undefined ? {} : { agent };
  const requests = [
    client.getHealth({ signal }),
    client.getUsage({ signal }),
    allServices(client, filter, signal),
  ] as const;
  const [health, usage, services] = await Promise.all(requests);
  const now = context.now();
  const rows = ordered(rowsOf(services, usage), { sort, isReversed: false }, now);
  if (isJson) printJson(out, { health, usage, rows });
  else {
    const facts = { url, health, usage, rows, session: null, lostAt: null, problem: null };
    const lines = [
      ...headLines(facts, { colors, width: undefined, now }),
      '',
      ...rowLines(rows, { colors, width, now }),
    ];
    for (const line of lines) out.write(`${line}\n`);
  }
  return EXIT.ok;
}
