import { revisionOf } from '../../model/policy/revision.ts';
import type { Runtime } from '../runtime.ts';
import type { ServiceCommands } from './service-commands.ts';

/** The origin of what a host does on its own when it starts. */
export const HOST_START = { correlationId: 'host-start', cause: 'host' } as const;

/**
 * Brings the host services in line with the configuration: new ones start, changed ones get their new spec, dropped
 * ones are stopped and removed. Resolves when that is durable and sent.
 */
export async function bringUpHostServices(
  { configuration, intentions }: Runtime,
  commands: ServiceCommands,
): Promise<void> {
  const configured = await configuration.specs.hostServices();
  for (const { spec, isAutostarted } of configured) {
    const known = intentions.service(spec.id);
    if (known?.holder !== 'host') await commands.hold(spec, 'host', HOST_START, isAutostarted ? 'running' : 'stopped');
    else if (revisionOf(known.spec) !== revisionOf(spec)) await commands.configure(known, spec, HOST_START);
  }
  const dropped = intentions
    .services()
    .filter(
      (intention) => intention.holder === 'host' && !configured.some(({ spec }) => spec.id === intention.spec.id),
    );
  for (const { spec } of dropped) await commands.acceptRelease(spec.id, 'host', HOST_START);
}
