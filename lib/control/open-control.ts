import type { Webhooks } from '../ports/webhooks.ts';
import { comeUp } from './coming-up.ts';
import type { ControlDeps } from './control-deps.ts';
import type { OpenControl } from './control.ts';
import { hostFact } from './facts.ts';
import { openGround, type Ground } from './ground.ts';
import { HOST_START } from './host-services.ts';
import { hostParts } from './host-parts.ts';
import { Host } from './host.ts';
import { recover } from './recovery.ts';
import { eventView } from './views.ts';

/** Restores every remembered actor, brings the host services up, and answers for them all. */
export async function openControl(deps: ControlDeps): Promise<OpenControl> {
  const { prober, clock, timers, log, crashPoint } = deps;
  const ground = await openGround(deps);
  const { recorder } = ground;
  const back: (() => void)[] = []; // nothing to go on with before the actors are back
  watchStore(ground, () => {
    for (const goOn of back) goOn();
  });
  // Before anything happens in this host: a new webhook is told that it started.
  const webhooks = await openWebhooks(deps, ground);
  const { processId, version } = deps.identity;
  recorder.note(hostFact('host.started', clock.now(), { pid: processId, version }));
  noteRecovery(deps, ground);
  const root = await recover({ ...ground, prober, clock, timers, log, crashPoint });
  const parts = hostParts(deps, ground, root, webhooks);
  back.push(() => {
    parts.removal.completeAll(HOST_START);
  });
  // Facts get their numbers when they are written, commands at once: that the host started comes before what it then asks for.
  await recorder.flush().catch(() => undefined); // what cannot be written is told, and tried again by the recorder
  await comeUp(parts, deps.specs);
  return new Host(deps, parts);
}

/** What could not be written is written once the store can be written again; then the host goes on. */
function watchStore({ store, recorder, health, timers }: Ground, goOn: () => void): void {
  const onBack = (): void => {
    recorder.retry();
    goOn();
  };
  health.watchStore({ probe: () => store.probe(), onBack, timers });
}

async function openWebhooks(
  { webhooks: open, specs, clock }: ControlDeps,
  { feed, recorder, health }: Ground,
): Promise<Webhooks | undefined> {
  const webhooks = open?.({
    feed: (query, signal) => feed.read(query, signal),
    newest: () => feed.newest,
    view: eventView,
    note: ({ type, detail }) => {
      recorder.note(hostFact(type, clock.now(), detail));
    },
  });
  if (webhooks !== undefined) health.include(() => webhooks.troubles());
  await webhooks?.configure(specs.webhooks());
  return webhooks;
}

/** A store that began anew is something that a person has to know for as long as this host lives. */
function noteRecovery({ recoveredFrom = null, clock }: ControlDeps, { health, recorder }: Ground): void {
  if (recoveredFrom === null) return;
  recorder.note(hostFact('store.recovered', clock.now(), { moved_to: recoveredFrom }));
  health.remark(
    `The store was corrupt when this host started; it was moved to "${recoveredFrom}", and what could be read of it was kept.`,
  );
}
