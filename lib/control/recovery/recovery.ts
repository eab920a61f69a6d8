import { createActor, type AnyStateMachine, type Snapshot } from 'xstate';
import { agentActorId } from '../../actors/agent/context.ts';
import type { ServicePorts } from '../../actors/service/effects.ts';
import { resumeOf } from '../../actors/service/resume.ts';
import { createSupervisorMachine } from '../../actors/supervisor/machine.ts';
import type { JournalDraft } from '../../model/journal.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ActorRow, ActorStore } from '../../ports/actor-store.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { Clock, Timers } from '../../ports/clock.ts';
import type { ReachCrashPoint } from '../../ports/crash-points.ts';
import type { Log } from '../../ports/log.ts';
import type { Prober } from '../../ports/prober.ts';
import type { ProcessHost, Stray } from '../../ports/process-host.ts';
import { agentRefs, serviceRefs, type SupervisorRef } from '../actors.ts';
import type { Wishes } from '../intentions.ts';
import type { Recorder } from '../journal/recorder.ts';
import { restore } from './restore.ts';
import { newsAmong } from './unreported-exits.ts';

/** What the actor system is brought up from. */
export interface RecoveryDeps {
  readonly store: ActorStore;
  readonly rows: readonly ActorRow[];
  readonly wishes: Wishes;
  readonly processes: ProcessHost;
  /** What services launch and stop with. */
  readonly launches: ServicePorts['processes'];
  readonly catalog: Catalog;
  readonly prober: Prober;
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly timers: Timers | undefined;
  readonly crashPoint?: ReachCrashPoint | undefined;
  readonly log: Log;
  /** Default: a new one over these ports. */
  readonly machine?: Machine | undefined;
}

/**
 * Brings every remembered actor back: snapshots say where each stood, wishes what is asked for, the survey which processes exist.
 * Services are resumed before agents, so that an agent finds its services at work.
 */
export async function recover(deps: RecoveryDeps): Promise<SupervisorRef> {
  const { processes, launches, catalog, prober, recorder, clock, timers } = deps;
  const facts = await processes.survey();
  deps.crashPoint?.('mid-recovery');
  for (const stray of processes.strays()) recorder.note(strayFact(stray, clock.now()));
  const machine = deps.machine ?? createSupervisorMachine({ processes: launches, catalog, prober }, clock);
  const snapshot = await keptSnapshot(deps, machine);
  const news = await newsAmong(facts, snapshot, deps.store);
  const root: SupervisorRef = createActor(machine, {
    id: 'root',
    systemId: 'root',
    inspect: recorder.inspect,
    ...(timers === undefined ? {} : { clock: timers }),
    ...(snapshot === null ? {} : { snapshot }),
  });
  root.start();
  deps.crashPoint?.('after-restore');
  resumeAll(root, deps, news);
  deps.crashPoint?.('after-resume');
  return root;
}

function strayFact({ launchId, pid, serviceId, generation, fate, reason }: Stray, at: Instant): JournalDraft {
  const nothing = { agentId: null, from: null, to: null, correlationId: null };
  const detail = { pid, generation, launch: launchId, fate, reason };
  return { ...nothing, at, type: 'process.stray', serviceId, cause: 'survey', detail };
}

type Machine = ReturnType<typeof createSupervisorMachine>;
type Facts = Awaited<ReturnType<ProcessHost['survey']>>;

/** The snapshot that the kept rows make up; those that do not fit go to quarantine, and their actors begin anew. */
async function keptSnapshot(
  { store, rows, recorder, clock, log }: RecoveryDeps,
  machine: Machine,
): Promise<Snapshot<unknown> | null> {
  const { service, agent } = machine.implementations.actors as { service: AnyStateMachine; agent: AnyStateMachine }; // set up there
  const { snapshot, rejected } = restore(rows, { root: machine, service, agent });
  if (rejected.length === 0) return snapshot;
  for (const { row, reason } of rejected) {
    log.error({ actor: row.path, reason }, 'a kept actor does not fit; it is set aside and begins anew');
    recorder.forget(row.path);
  }
  await store.quarantine(rejected, clock.now());
  return snapshot;
}

/** An agent is never forgotten, so one without a wish has lost it (a damaged row): what it last knew is what was asked for. */
function rememberWishes(root: SupervisorRef, wishes: Wishes, log: Log): void {
  for (const ref of agentRefs(root)) {
    const { plan, intended } = ref.getSnapshot().context;
    if (wishes.agent(plan.id) !== undefined) continue;
    log.warn({ agent: plan.id, intended }, 'the wish of an agent was lost; it goes on as its actor was kept');
    wishes.put({ subject: agentActorId(plan.id), intended, plan });
  }
}

function resumeAll(root: SupervisorRef, { wishes, clock, crashPoint, log }: RecoveryDeps, facts: Facts): void {
  rememberWishes(root, wishes, log);
  const seats = wishes.seats();
  const agents = wishes.agents().map((wish) => wish.plan);
  root.send({ type: 'supervisor.ensure', services: [...seats.values()], agents });
  for (const ref of serviceRefs(root)) {
    const { context } = ref.getSnapshot();
    const { spec, holders } = context;
    const intention = wishes.resumed(seats.get(spec.id), spec.id, holders);
    ref.send(resumeOf(context, intention, facts.get(spec.id) ?? null, clock.now()));
  }
  crashPoint?.('mid-resume');
  for (const ref of agentRefs(root)) {
    const { plan } = ref.getSnapshot().context;
    const wish = wishes.agent(plan.id);
    ref.send({ type: 'host.resume', intended: wish?.intended ?? 'stopped', plan: wish?.plan ?? plan });
  }
}
