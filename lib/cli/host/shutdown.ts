import { processWords } from '../../frontend/words/process.ts';
import { isPassing } from '../../client/client.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { spokenDuration } from '../../model/values/duration.ts';
import { allServices } from '../services/show-services.ts';
import { printFailure, commandFailure } from './client-errors.ts';
import { printResult, type HostContext, type HostRun } from './context.ts';
import { accepted, watch, type Verdict } from './watch.ts';
import type { WaitOptions } from './host-options.ts';

/** How to shut the host down; without drain and detach, as specified at its start. */
export interface ShutdownOptions extends WaitOptions {
  readonly drain?: true;
  readonly detach?: true;
}

const DETAILS_COMMAND = 'coredinator health';

/** The state of a host during its shutdown; null: it has stopped. */
type Rest = { readonly up: number } | null;

/** Shuts the host down and waits until it has stopped. */
export function shutdown(options: ShutdownOptions): HostRun {
  return async (context) => {
    const { client } = context;
    const { process_id: pid } = await accepted(options, DETAILS_COMMAND, (signal) => client.getHealth({ signal }));
    const mode = options.drain === true ? 'drain' : options.detach === true ? 'detach' : null;
    const answer = await accepted(options, DETAILS_COMMAND, (signal) => client.shutdown({ body: { mode }, signal }));
    const isDrain = answer.mode === 'drain';
    const fetchView = (signal: AbortSignal): Promise<{ readonly rest: Rest }> => restOf(context, pid, signal);
    const judge = ({ rest }: { readonly rest: Rest }): Verdict =>
      rest === null || !options.wait ? { type: 'done' } : { type: 'waiting', says: progressText(rest, isDrain) };
    const end = await watch(context, { name: 'host', fetchView, judge }, options.timeout);
    if (end.type === 'done' || context.isJson) printResult(context, answer, () => resultText(options.wait, isDrain));
    if (end.type === 'done') return EXIT.ok;
    const detail = `The host has not stopped within ${spokenDuration(options.timeout)}: ${end.says}. It continues; for details run \`${DETAILS_COMMAND}\`.`;
    printFailure(context.err, commandFailure(EXIT.timedOut, 'Timed out', detail), context.isJson);
    return EXIT.timedOut;
  };
}

/** A host with another pid, or one that is starting, is the next one. */
async function restOf({ client }: HostContext, pid: number, signal: AbortSignal): Promise<{ readonly rest: Rest }> {
  try {
    const { process_id: now } = await client.getHealth({ signal });
    if (now !== pid) return { rest: null };
    const services = await allServices(client, {}, signal);
    return { rest: { up: services.filter((service) => processWords(service) !== null).length } };
  } catch (error) {
    if (isPassing(error) && !signal.aborted) return { rest: null };
    throw error;
  }
}

function progressText(rest: Exclude<Rest, null>, isDrain: boolean): string {
  if (!isDrain) return 'shutting down';
  return rest.up === 1 ? '1 service is still up' : `${rest.up} services are still up`;
}

function resultText(isGone: boolean, isDrain: boolean): string {
  if (!isGone)
    return isDrain
      ? 'The host is stopping its services and will then shut down.\n'
      : 'The host is shutting down; its services keep running.\n';
  return isDrain
    ? 'The host stopped its services and shut down.\n'
    : 'The host shut down; its services keep running.\n';
}
