import { isSameSpec } from '../../model/policy/revision.ts';
import type { Runtime } from '../runtime.ts';
import type { ServiceCommands } from './service-commands.ts';

/** The origin of what a host does on its own when it starts. */
export const HOST_START = { correlationId: 'host-start', cause: 'host' } as const;

/** So many services at a time, so that their intentions share commits: one after the other, each waits for its own. */
const AT_ONCE = 100;

/**
 * Brings the host services in line with the configuration: new ones start, changed ones get their new spec, dropped
 * ones are stopped and removed. Resolves when that is durable and sent. Rejects when one of them failed and nothing is underway.
 */
export async function bringUpHostServices(
  { configuration, intentions }: Runtime,
  commands: ServiceCommands,
): Promise<void> {
  const configured = await configuration.specs.hostServices();
  const bringUp = async ({ spec, isAutostarted }: (typeof configured)[number]): Promise<void> => {
    const known = intentions.service(spec.id);
    if (known?.holder !== 'host') await commands.hold(spec, 'host', HOST_START, isAutostarted ? 'running' : 'stopped');
    else if (!isSameSpec(spec, known.spec)) await commands.configure(known, spec, HOST_START);
  };
  for (let from = 0; from < configured.length; from += AT_ONCE)
    await allOf(configured.slice(from, from + AT_ONCE).map(bringUp));
  const dropped = intentions
    .services()
    .filter(
      (intention) => intention.holder === 'host' && !configured.some(({ spec }) => spec.id === intention.spec.id),
    );
  for (const { spec } of dropped) await commands.acceptRelease(spec.id, 'host', HOST_START);
}

/** Rejects with the first reason once all have settled. */
async function allOf(promises: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
