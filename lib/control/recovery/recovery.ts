import { createActor, type AnyStateMachine, type Snapshot } from 'xstate';
import { agentActorId } from '../../actors/agent/context.ts';
import { resumeOf } from '../../actors/service/resume.ts';
import type { createSupervisorMachine } from '../../actors/supervisor/machine.ts';
import type { JournalDraft } from '../../model/journal.ts';
import type { Instant } from '../../model/values/time.ts';
import type { ActorRow } from '../../ports/actor-store.ts';
import type { Log } from '../../ports/log.ts';
import type { ProcessHost, Orphan } from '../../ports/process-host.ts';
import { agentRefs, serviceRefs, type SupervisorRef } from '../actors.ts';
import type { Intentions } from '../intentions.ts';
import type { Runtime, RuntimeBase } from '../runtime.ts';
import { restore } from './restore.ts';
import { unreportedAmong } from './unreported-exits.ts';

/**
 * Brings every remembered actor back: snapshots say where each stood, intentions what is asked for, the survey which processes exist.
 * Services are resumed before agents, so that an agent finds its services at work.
 */
export async function recover(base: RuntimeBase, rows: readonly ActorRow[], machine: Machine): Promise<Runtime> {
  const { ports, timers, recorder } = base;
  const { processes, clock, crashPoint } = ports;
  const statuses = await processes.survey();
  crashPoint?.('mid-recovery');
  for (const orphan of processes.orphans()) recorder.note(orphanEvent(orphan, clock.now()));
  const snapshot = await keptSnapshot(base, rows, machine);
  const unreported = await unreportedAmong(statuses, snapshot, ports.store);
  const root: SupervisorRef = createActor(machine, {
    id: 'root',
    systemId: 'root',
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

function orphanEvent({ launchId, pid, serviceId, generation, fate, reason }: Orphan, at: Instant): JournalDraft {
  const nothing = { agentId: null, from: null, to: null, correlationId: null };
  const detail = { pid, generation, launch: launchId, fate, reason };
  return { ...nothing, at, type: 'process.orphan', serviceId, cause: 'survey', detail };
}

type Machine = ReturnType<typeof createSupervisorMachine>;
type Statuses = Awaited<ReturnType<ProcessHost['survey']>>;

/** The snapshot that the kept rows make up; those that do not fit go to quarantine, and their actors begin anew. */
async function keptSnapshot(
  { ports: { store, clock, log }, recorder }: RuntimeBase,
  rows: readonly ActorRow[],
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

/** An agent is never forgotten, so one without an intention has lost it (a damaged row): what it last knew is what was asked for. */
function rememberIntentions(root: SupervisorRef, intentions: Intentions, log: Log): void {
  for (const ref of agentRefs(root)) {
    const { plan, intended } = ref.getSnapshot().context;
    if (intentions.agent(plan.id) !== undefined) continue;
    log.warn({ agent: plan.id, intended }, 'the intention of an agent was lost; it goes on as its actor was kept');
    intentions.put({ subject: agentActorId(plan.id), intended, plan });
  }
}

function resumeAll({ ports: { clock, crashPoint, log }, root, intentions }: Runtime, statuses: Statuses): void {
  rememberIntentions(root, intentions, log);
  const entries = intentions.entries();
  const agents = intentions.agents().map((intention) => intention.plan);
  root.send({ type: 'supervisor.ensure', services: [...entries.values()], agents });
  for (const ref of serviceRefs(root)) {
    const { context } = ref.getSnapshot();
    const { spec, holders } = context;
    const intention = intentions.resumed(entries.get(spec.id), spec.id, holders);
    ref.send(resumeOf(context, intention, statuses.get(spec.id) ?? null, clock.now()));
  }
  crashPoint?.('mid-resume');
  for (const ref of agentRefs(root)) {
    const { plan } = ref.getSnapshot().context;
    const intention = intentions.agent(plan.id);
    ref.send({ type: 'host.resume', intended: intention?.intended ?? 'stopped', plan: intention?.plan ?? plan });
  }
}
