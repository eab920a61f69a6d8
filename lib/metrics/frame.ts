import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ServiceId } from '../model/values/ids.ts';
import type { MeasuredAgent, MeasuredHost, MeasuredService } from '../ports/meter.ts';
import type { ProcessUsage, TreeUsage } from '../ports/process-usage.ts';

/** Actors that are looked at in one go. */
const SLICE = 250;

/** Everything that one exposition is made from, taken once for all of its families. */
export interface Frame {
  readonly agents: readonly MeasuredAgent[];
  readonly services: readonly MeasuredService[];
  readonly healthReasons: number;
  /** Null where the system does not tell. */
  readonly usage: ReadonlyMap<ServiceId, TreeUsage> | null;
}

/** A host that has nothing to tell yet. */
export const EMPTY_FRAME: Frame = { agents: [], services: [], healthReasons: 0, usage: null };

/** Looks at everything now. */
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
