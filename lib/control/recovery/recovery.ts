import type { AnyStateMachine, Snapshot } from 'xstate';
import { agentActorId } from '../../actors/agent/context.ts';
import { resumeOf } from '../../actors/service/resume.ts';
import { createRoot } from '../../actors/supervisor/root.ts';
import type { createSupervisorMachine } from '../../actors/supervisor/machine.ts';
import type { AgentIntention } from '../../model/intention.ts';
import type { JournalDraft } from '../../model/journal.ts';
import { processDetail } from '../../model/process.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ActorRow } from '../../ports/actor-store.ts';
import type { Log } from '../../ports/log.ts';
import type { ProcessHost, Orphan } from '../../ports/process-host.ts';
import { agentRefs, serviceRefs, type AgentRef, type SupervisorRef } from '../actors.ts';
import type { Intentions } from '../intentions.ts';
import type { Runtime, RuntimeBase } from '../runtime.ts';
import { ensureOrphans } from './orphan-services.ts';
import { restore } from './restore.ts';
import { unreportedAmong } from './unreported-exits.ts';

/**
 * Restores every stored actor from its snapshot (its last state), the intentions (what should run) and the survey
 * (which processes exist). Services are resumed before agents, so that an agent finds its services running; an agent
 * knows before that what is intended, so that it does not judge their reports by an older intention.
 */
export async function recover(base: RuntimeBase, rows: readonly ActorRow[], machine: Machine): Promise<Runtime> {
  const { ports, timers, recorder } = base;
  const { processes, clock, crashPoint } = ports;
  const statuses = await processes.survey();
  crashPoint?.('mid-recovery');
  for (const orphan of processes.orphans()) recorder.note(orphanEvent(orphan, clock.now()));
  const snapshot = await storedSnapshot(base, rows, machine);
  const unreported = await unreportedAmong(statuses, snapshot, ports.store);
  const root: SupervisorRef = createRoot(machine, {
    inspect: recorder.inspect,
    clock: timers,
    ...(snapshot === null ? {} : { snapshot }),
  });
  root.start();
  crashPoint?.('after-restore');
  const runtime = { ...base, root };
  resumeAll(runtime, unreported);
  crashPoint?.('after-resume');
  return runtime;
}

function orphanEvent({ launchId, pid, place, serviceId, generation, fate, reason }: Orphan, at: Instant): JournalDraft {
  const nothing = { agentId: null, from: null, to: null, correlationId: null };
  const detail = { ...processDetail({ pid, place }), generation, launch: launchId, fate, reason };
  return { ...nothing, at, type: 'process.orphan', serviceId, cause: 'survey', detail };
}

type Machine = ReturnType<typeof createSupervisorMachine>;
type Statuses = Awaited<ReturnType<ProcessHost['survey']>>;

/**
 * The snapshot composed from the stored rows. Rows that do not fit are quarantined, and their actors start from
 * scratch.
 */
async function storedSnapshot(
  { ports: { store, clock, log }, recorder }: RuntimeBase,
  rows: readonly ActorRow[],
  machine: Machine,
): Promise<Snapshot<unknown> | null> {
  const { service, agent } = machine.implementations.actors as { service: AnyStateMachine; agent: AnyStateMachine }; // set up there
  const { snapshot, rejected } = restore(rows, { root: machine, service, agent });
  if (rejected.length === 0) return snapshot;
  for (const { row, reason } of rejected) {
    log.error(
      { actor: row.path, reason },
      'a stored actor cannot be restored; it was quarantined and starts from scratch',
    );
    recorder.forget(row.path);
  }
  await store.quarantine(rejected, clock.now());
  return snapshot;
}

/**
 * An agent always has an intention, so one without has lost it (a damaged row): its last known state is used instead.
 */
function restoreLostIntentions(root: SupervisorRef, intentions: Intentions, log: Log): void {
  for (const ref of agentRefs(root)) {
    const { plan, intended } = ref.getSnapshot().context;
    if (intentions.agent(plan.id) !== undefined) continue;
    log.warn({ agent: plan.id, intended }, "an agent's intention was lost; using the one stored with its actor");
    intentions.put({ subject: agentActorId(plan.id), intended, plan });
  }
}

function resumeAll({ ports: { clock, crashPoint, log }, root, intentions }: Runtime, statuses: Statuses): void {
  restoreLostIntentions(root, intentions, log);
  ensureOrphans(root, intentions, statuses);
  const entries = intentions.entries();
  const agents = intentions.agents().map((intention) => intention.plan);
  root.send({ type: 'supervisor.ensure', services: [...entries.values()], agents });
  const resumes = agentRefs(root).map((ref) => ({ ref, intention: agentIntention(ref, intentions) }));
  for (const { ref, intention } of resumes) ref.send({ type: 'host.intention', intended: intention.intended });
  for (const ref of serviceRefs(root)) {
    const { context } = ref.getSnapshot();
    const { spec, holders } = context;
    const status = statuses.get(spec.id) ?? null;
    const intention = intentions.resumed(entries.get(spec.id), spec.id, holders, status?.status === 'alive');
    ref.send(resumeOf(context, intention, status, clock.now()));
  }
  crashPoint?.('mid-resume');
  for (const { ref, intention } of resumes) ref.send({ type: 'host.resume', ...intention });
}

function agentIntention(ref: AgentRef, intentions: Intentions): Pick<AgentIntention, 'intended' | 'plan'> {
  const { plan } = ref.getSnapshot().context;
  const intention = intentions.agent(plan.id);
  return { intended: intention?.intended ?? 'stopped', plan: intention?.plan ?? plan };
}
