import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServiceId } from '../model/values/ids.ts';
import type { MeasuredAgent, MeasuredHost, MeasuredService } from '../ports/meter.ts';
import type { ProcessUsage, TreeUsage } from '../ports/process-usage.ts';

/** How many actors are read per turn of the event loop. */
const SLICE = 250;

/** The data of one exposition, read once for all of its families. */
export interface Frame {
  readonly agents: readonly MeasuredAgent[];
  readonly services: readonly MeasuredService[];
  readonly healthReasons: number;
  /** Null if the operating system does not provide it. */
  readonly usage: ReadonlyMap<ServiceId, TreeUsage> | null;
}

/** The frame of a host that is not ready. */
export const EMPTY_FRAME: Frame = { agents: [], services: [], healthReasons: 0, usage: null };

/** Reads the current data. */
export async function takeFrame(host: MeasuredHost, usage: ProcessUsage): Promise<Frame> {
  const reading = await usage.read();
  return {
    agents: await gathered(host.agents()),
    services: await gathered(host.services()),
    healthReasons: host.healthReasons(),
    usage: reading?.services ?? null,
  };
}

async function gathered<T>(each: Iterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for (const one of each) {
    all.push(one);
    if (all.length % SLICE === 0) await nextTurn();
  }
  return all;
}
