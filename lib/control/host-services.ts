import { revisionOf } from '../model/revision.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import type { Commands } from './commands.ts';
import type { Wishes } from './wishes.ts';

const ORIGIN = { correlationId: 'host-start' };

/** Host services follow the configuration: new ones start, changed ones get their new spec, dropped ones end. */
export async function bringUpHostServices(specs: SpecSource, wishes: Wishes, commands: Commands): Promise<void> {
  const configured = specs.hostServices();
  for (const spec of configured) {
    const known = wishes.service(spec.id);
    if (known?.holder !== 'host') await commands.holdService(spec, 'host', ORIGIN);
    else if (revisionOf(known.spec) !== revisionOf(spec)) await commands.configureService(known, spec, ORIGIN);
  }
  const dropped = wishes
    .services()
    .filter((wish) => wish.holder === 'host' && !configured.some((spec) => spec.id === wish.spec.id));
  for (const { spec } of dropped) await commands.releaseService(spec.id, 'host', ORIGIN);
}
