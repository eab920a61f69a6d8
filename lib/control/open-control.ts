import type { ActorRow, ActorStore } from '../ports/actor-store.ts';
import type { Timers } from '../ports/clock.ts';
import type { ProcessHost } from '../ports/process-host.ts';
import type { SpecSource } from '../ports/spec-source.ts';
import { wallTimers } from '../ports/wall-timers.ts';
import type { Webhooks } from '../ports/webhooks.ts';
import type { SupervisorRef } from './actors.ts';
import { Changes } from './commands/actor-changes.ts';
import { AgentCommands } from './commands/agent-commands.ts';
import { AgentRemoval } from './commands/agent-removal.ts';
import type { ActingDeps } from './commands/command-context.ts';
import { Intake } from './commands/command-log.ts';
import { forgetLeftovers } from './commands/forget-leftovers.ts';
import { Receipts } from './commands/idempotency.ts';
import { Reloader } from './commands/reload.ts';
import { ServiceCommands } from './commands/service-commands.ts';
import { Waits } from './commands/wait-for-state.ts';
import type { ControlDeps } from './control-deps.ts';
import type { OpenControl } from './control.ts';
import type { Health } from './health/health.ts';
import { ReportingCatalog } from './health/observed-process-host.ts';
import { Wishes } from './intentions.ts';
import { hostFact } from './journal/facts.ts';
import { bringUpHostServices, HOST_START } from './commands/host-services.ts';
import { Host, type HostParts } from './host.ts';
import { openFeed, type Feed } from './journal/feed.ts';
import { Journal } from './journal/journal.ts';
import { Recorder } from './journal/recorder.ts';
import { LaunchAfterCommit } from './launch-after-commit.ts';
import { recover } from './recovery/recovery.ts';
import { eventView } from './views/views.ts';

/** What a host stands on before its actors are back: its ports, which report how they do, what was kept, and who keeps what comes. */
export interface Ground {
  readonly health: Health;
  readonly timers: Timers;
  readonly store: ActorStore;
  readonly processes: ProcessHost;
  /** The same, for actors. */
  readonly launches: LaunchAfterCommit;
  readonly catalog: ReportingCatalog;
  /** The actors as they were kept. */
  readonly rows: readonly ActorRow[];
  readonly wishes: Wishes;
  readonly journal: Journal;
  readonly feed: Feed;
  readonly changes: Changes;
  readonly recorder: Recorder;
}

/** Reads what an earlier host kept. Throws StoreUnavailableError. */
export async function openGround(deps: ControlDeps): Promise<Ground> {
  const { store, processes, health, onFacts, crashPoint, clock, log, timers = wallTimers } = deps;
  health.include(() => processes.troubles());
  const catalog = new ReportingCatalog(deps.catalog, health);
  const rows = await store.loadActors();
  const wishes = new Wishes(await store.loadWishes());
  const newest = await store.lastSeq();
  const feed = await openFeed({ store, timers, newest, numbered: () => journal.last });
  const journal = new Journal(newest, (facts) => {
    onFacts?.(facts);
    feed.publish(facts);
  });
  const changes = new Changes();
  const recorder = new Recorder({ store, journal, clock, timers, log, onChanged: changes.notify, crashPoint }, rows);
  const durability = { obstacles: () => health.obstacles(), commit: () => recorder.flush() };
  const launches = new LaunchAfterCommit(processes, durability);
  return { health, timers, store, processes, launches, catalog, rows, wishes, journal, feed, changes, recorder };
}

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

/** The parts of a host whose actors are back. */
export function hostParts(deps: ControlDeps, ground: Ground, root: SupervisorRef, webhooks?: Webhooks): HostParts {
  const { clock, log } = deps;
  const { wishes, recorder, feed, health } = ground;
  const acting = actingDeps(deps, ground, root);
  const agents = new AgentCommands(acting);
  return {
    ...{ acting, root, wishes, recorder, feed, health, agents, webhooks },
    removal: new AgentRemoval(acting, agents),
    services: new ServiceCommands(acting),
    reloader: new Reloader(acting, async (specs) => webhooks?.configure(specs.webhooks())),
    waits: new Waits(acting, ground.timers),
    receipts: new Receipts(ground.store, clock, log),
  };
}

function actingDeps({ specs, clock, log, crashPoint }: ControlDeps, ground: Ground, root: SupervisorRef): ActingDeps {
  const { store, wishes, journal, changes, processes, recorder } = ground;
  const intake = new Intake({ store, wishes, journal, clock, crashPoint });
  return { root, configuration: { specs }, wishes, changes, intake, processes, flush: () => recorder.flush(), log };
}

/** What a host whose actors are back does before it answers: its own services come up, and what an earlier host began to delete goes. */
export async function comeUp({ acting, services, removal }: HostParts, specs: SpecSource): Promise<void> {
  await bringUpHostServices(specs, acting.wishes, services);
  removal.completeAll(HOST_START);
  forgetLeftovers(acting);
}
