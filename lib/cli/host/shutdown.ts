import { isPassing } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { allServices } from '../services/show-services.ts';
import { complain, ownComplaint } from './client-errors.ts';
import { printResult, type HostContext, type HostRun } from './context.ts';
import { taken, watch, type Verdict } from './watch.ts';
import type { WaitOptions } from './host-options.ts';

/** How a host is asked to leave; neither: as it was started. */
export interface ShutdownOptions extends WaitOptions {
  readonly drain?: true;
  readonly detach?: true;
}

const MORE_BY = 'coredinator health';

/** What is seen of a host on its way out; null: it is gone. */
type Rest = { readonly up: number } | null;

/** Asks the host to leave and waits until it is gone. */
export function shutdown(options: ShutdownOptions): HostRun {
  return async (context) => {
    const { client } = context;
    const { process_id: pid } = await taken(options, MORE_BY, (signal) => client.getHealth({ signal }));
    const mode = options.drain === true ? 'drain' : options.detach === true ? 'detach' : null;
    const answer = await taken(options, MORE_BY, (signal) => client.shutdown({ body: { mode }, signal }));
    const isDrain = answer.mode === 'drain';
    const fetchView = (signal: AbortSignal): Promise<{ readonly rest: Rest }> => restOf(context, pid, signal);
    const judge = ({ rest }: { readonly rest: Rest }): Verdict =>
      rest === null || !options.wait ? { type: 'done' } : { type: 'waiting', says: leaving(rest, isDrain) };
    const end = await watch(context, { name: 'host', fetchView, judge }, options.timeout);
    if (end.type === 'done' || context.isJson) printResult(context, answer, () => farewell(options.wait, isDrain));
    if (end.type === 'done') return EXIT.ok;
    const detail = `The host has not stopped after ${spokenDuration(options.timeout)}: ${end.says}. It continues; check with \`${MORE_BY}\`.`;
    complain(context.err, ownComplaint(EXIT.timedOut, 'Timed out', detail), context.isJson);
    return EXIT.timedOut;
  };
}

/** A host with another pid, or one that is about to come, is the next one. */
async function restOf({ client }: HostContext, pid: number, signal: AbortSignal): Promise<{ readonly rest: Rest }> {
  try {
    const { process_id: now } = await client.getHealth({ signal });
    if (now !== pid) return { rest: null };
    const services = await allServices(client, {}, signal);
    return { rest: { up: services.filter((service) => service.pid !== null).length } };
  } catch (error) {
    if (isPassing(error) && !signal.aborted) return { rest: null };
    throw error;
  }
}

function leaving(rest: Exclude<Rest, null>, isDrain: boolean): string {
  if (!isDrain) return 'leaving';
  return rest.up === 1 ? '1 service is still up' : `${rest.up} services are still up`;
}

function farewell(isGone: boolean, isDrain: boolean): string {
  if (!isGone)
    return isDrain
      ? 'The host is stopping its services and shuts down then.\n'
      : 'The host is shutting down; its services keep running.\n';
  return isDrain
    ? 'The host stopped its services and shut down.\n'
    : 'The host shut down; its services keep running.\n';
}
