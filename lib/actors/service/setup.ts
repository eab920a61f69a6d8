import { and, assign, enqueueActions, or, setup, stateIn } from 'xstate';
import type { Verdict } from '../../model/policy/restart.ts';
import { changedParts, isSame, launchesAlike, revisionOf } from '../../model/policy/revision.ts';
import type { ProbeKind } from '../../model/probe.ts';
import { leafOf, type PublicState, type ServiceLeaf, type StateValue } from '../../model/states.ts';
import type { Clock } from '../../ports/clock.ts';
import { peer } from '../peers.ts';
import { childrenOf } from '../xstate/children.ts';
import { serviceActorId, type ServiceContext, type ServiceInput } from './context.ts';
import { probeOrderOf, serviceEffects, type ServicePorts } from './effects.ts';
import type { ResumeEvent, ServiceEvent } from './events.ts';
import {
  choiceIn,
  endIn,
  endOf,
  fallbackReason,
  findsOnlyRejected,
  obstacleIn,
  outcomeIn,
  statusIn,
  verdictOn,
} from './exits.ts';
import { ofProbe } from './transitions.ts';
import * as change from './updates.ts';

/** Delay before a stop that failed outright is retried. */
const STOP_RETRY_MS = 1_000;

/** The probes of a process that is up. */
const LASTING_PROBES = ['liveness', 'readiness'] as const satisfies readonly ProbeKind[];

/** The implementations behind the names in the chart: every guard, action, delay and actor is named. */
export function serviceSetup(ports: ServicePorts, clock: Clock) {
  return setup({
    types: {
      context: {} as ServiceContext, // setup() takes types as values
      events: {} as ServiceEvent,
      input: {} as ServiceInput,
    },
    actors: serviceEffects(ports),
    delays: {
      untilDeadline: ({ context }) => {
        const maxMs = 2 ** 31 - 1; // the longest timer that Node supports; a longer one would fire immediately
        return Math.min(maxMs, Math.max(0, (context.deadlineAt ?? clock.now()) - clock.now()));
      },
      stopRetry: STOP_RETRY_MS,
    },
    guards: {
      isNewHolder: ({ context, event }) => event.type === 'service.hold' && !context.holders.includes(event.holder),
      isLastHolder: ({ context, event }) =>
        event.type === 'service.release' && context.holders.length === 1 && context.holders[0] === event.holder,
      wantsRunning: ({ context }) => context.intended === 'running',
      restartsWithGroup: ({ context }) => context.intended === 'running' && context.afterStop?.type === 'again',
      hasReadinessProbe: ({ context }) => context.spec.probes.readiness !== null,
      isOfProbe: ({ context, event }, { probe }: { probe: ProbeKind }) =>
        'probe' in event && event.probe === probe && event.launchId === context.launch?.launchId,
      isOfLaunch: ({ context, event }) =>
        event.type === 'process.changed' && event.launch.launchId === context.launch?.launchId,
      isThisFailure: ({ context, event }) => event.type === 'service.acknowledge' && event.since === context.since,
      changesLaunch: ({ context, event }) =>
        event.type === 'service.configure' && !launchesAlike(context.spec, event.spec),
      changesVersion: ({ context, event }) =>
        event.type === 'service.pin' && event.pin?.version !== context.pin?.version,
      changesProbes: ({ context, event }) =>
        event.type === 'service.configure' && changedParts(context.spec, event.spec).includes('probes'),
      changesStart: ({ context: { spec }, event }) =>
        event.type === 'service.configure' &&
        (spec.settleMs !== event.spec.settleMs || !isSame(spec.probes.startup, event.spec.probes.startup)),
      startsProbed: ({ event }) => event.type === 'service.configure' && event.spec.probes.startup !== null,
      dropsReadinessProbe: ({ event }) => event.type === 'service.configure' && event.spec.probes.readiness === null,
      dependenciesMet: ({ context }) => change.dependenciesMet(context),
      recovers: ({ context }) => context.deadlineAt !== null,
      isFound: ({ event }) => choiceIn(event).type === 'found',
      findsOnlyRejected: ({ context, event }) => findsOnlyRejected(context, choiceIn(event)),
      isLaunchedUnprobed: ({ context, event }) =>
        outcomeIn(event).type === 'launched' && context.spec.probes.startup === null,
      hasNoSettleTime: ({ context }) => context.spec.settleMs === 0,
      startsAtOnce: and(['isLaunchedUnprobed', 'hasNoSettleTime']),
      startsAtOnceUnready: and(['startsAtOnce', 'hasReadinessProbe']),
      isLaunched: ({ event }) => outcomeIn(event).type === 'launched',
      isBlocked: ({ event }) => outcomeIn(event).type === 'blocked',
      isRefusedForGood: ({ event }) => {
        const outcome = outcomeIn(event);
        return outcome.type === 'refused' && outcome.failure.isPermanent;
      },
      reportsEnd: ({ context, event }) => endIn(context, event, clock.now()) !== null,
      leadsTo: ({ context }, { next }: { next: Verdict['next'] }) => context.verdict === next,
      findsLive: ({ event }) => 'status' in event && event.status?.status === 'alive',
      isReady: stateIn({ running: 'ready' }),
      changesStartProbed: and(['changesStart', 'startsProbed']),
      startsUnready: and([ofProbe('startup'), 'hasReadinessProbe']),
      changesProbesWhileReady: and(['changesProbes', or(['isReady', 'dropsReadinessProbe'])]),
      resumesProbed: ({ context, event }) => isResume(event) && (event.spec ?? context.spec).probes.startup !== null,
    },
    actions: {
      enter: assign(() => ({ since: clock.now() })),
      // A host restart is no change for a service that kept running.
      enterRunning: assign(({ event }) => (isResume(event) ? {} : { since: clock.now() })),
      noteOrigin: assign(({ event }) => ('correlationId' in event ? { correlationId: event.correlationId } : {})),
      forgetOrigin: assign({ correlationId: null }),
      addHolder: assign(({ context, event }) => (event.type === 'service.hold' ? change.held(context, event) : {})),
      dropHolder: assign(({ context, event }) =>
        event.type === 'service.release'
          ? { holders: context.holders.filter((holder) => holder !== event.holder) }
          : {},
      ),
      watch: assign(({ context, event }) => {
        if (event.type === 'service.watch') return change.watchedBy(context, event.watcher);
        return event.type === 'service.hold' && event.holder.startsWith('agent:')
          ? change.watchedBy(context, event.holder)
          : {};
      }),
      takeSpec: assign(({ context, event }) =>
        event.type === 'service.configure' ? change.configured(context, event.spec) : {},
      ),
      takePin: assign(({ context, event }) => (event.type === 'service.pin' ? change.pinned(context, event.pin) : {})),
      restartStart: assign(({ context }) => change.startChanged(context, clock.now())),
      intendRunning: assign({ intended: 'running' }),
      intendStopped: assign({ intended: 'stopped' }),
      refresh: assign(change.FRESH),
      noteDependency: assign(({ context, event }) =>
        event.type === 'service.changed' ? change.dependencyNoted(context, event.report) : {},
      ),
      // Not invoked: most services have no probes, and an actor that does nothing costs as much as one that does.
      startProbes: enqueueActions(({ context, enqueue }) => {
        for (const kind of LASTING_PROBES)
          if (context.spec.probes[kind] !== null)
            enqueue.spawnChild('probeProcess', { id: kind, input: probeOrderOf(context, kind) });
      }),
      endProbes: enqueueActions(({ enqueue, self }) => {
        const present = childrenOf(self);
        for (const kind of LASTING_PROBES) if (kind in present) enqueue.stopChild(kind);
      }),
      forgetDependencies: assign({ dependencies: {} }),
      watchDependencies: enqueueActions(({ context, enqueue, system, self }) => {
        for (const { serviceId } of context.spec.dependsOn) {
          const dependency = peer(system, serviceActorId(serviceId));
          if (dependency) enqueue.sendTo(dependency, { type: 'service.watch', watcher: self.id });
        }
      }),
      explainWaiting: assign(({ context }) => ({ reason: change.waitingReason(context) })),
      explainStopRetry: assign({ reason: { code: 'stop_failed' } }),
      clearReason: assign({ reason: null }),
      clearDeadline: assign({ deadlineAt: null }),
      startGrace: assign(({ context }) => ({ deadlineAt: clock.now() + context.spec.stop.graceMs })),
      noteStarted: assign(({ context }) => change.started(context, clock.now())),
      noteRevision: assign(({ context }) => ({ revision: revisionOf(context.spec) })),
      noteStartTimeout: assign(({ context, event }) => change.probeFailed(context, 'start_timeout', event)),
      noteFailedProbe: assign(({ context, event }) => change.probeFailed(context, 'probe', event)),
      noteMissed: assign(({ event }) =>
        event.type === 'probe.missed' ? { reason: { code: 'not_started' as const, found: event.reason } } : {},
      ),
      noteUnready: assign(({ event }) =>
        event.type === 'probe.failed' ? { reason: { code: 'not_ready' as const, found: event.reason } } : {},
      ),
      explainUnready: assign(({ context }) => ({
        reason: context.reason ?? { code: 'not_ready' as const, found: null },
      })),
      noteReady: assign(({ context }) => ({ reason: fallbackReason(context) })),
      restartWithGroup: assign(({ context, event }) => change.restartedWithGroup(context, event)),
      launchAgain: assign({ attempt: 'restart' }),
      acknowledge: assign(({ event }) =>
        event.type === 'service.acknowledge' ? { acknowledgement: event.acknowledgement } : {},
      ),
      endAcknowledgement: assign({ acknowledgement: null }),
      pardon: assign({ afterStop: null }),
      beginRecovery: assign({ attempt: 'recovery' }),
      takeIntention: assign(({ context, event }) => (isResume(event) ? change.resumed(context, event) : {})),
      takeGeneration: assign(({ context, event }) => (isResume(event) ? change.revokedNoted(context, event) : {})),
      boundDeadline: assign(({ context }, { wait }: { wait: change.Wait }) =>
        change.bounded(context, wait, clock.now()),
      ),
      adopt: assign(({ context, event }) => (isResume(event) ? change.adopted(context, event, clock.now()) : {})),
      account: assign(({ context, event }) =>
        event.type === 'resume.stopped' && event.ended !== null
          ? change.ended(context, endOf(context, event.ended))
          : {},
      ),
      judge: assign(({ context, event }) => {
        const now = clock.now();
        const end = endIn(context, event, now);
        if (end === null) return {};
        return change.judged(context, end, verdictOn(context, end, { now, random: clock.random() }), now);
      }),
      clearVerdict: assign({ verdict: null }),
      choose: assign(({ context, event }) => {
        const choice = choiceIn(event);
        return choice.type === 'found' ? change.chosen(context, choice.executable) : {};
      }),
      giveUp: assign(({ context }) => change.nothingToFallBackTo(context, clock.now())),
      launched: assign(({ context, event }) => {
        const outcome = outcomeIn(event);
        return outcome.type === 'launched' ? change.launched(context, outcome.launch, clock.now()) : {};
      }),
      takeLaunch: assign(({ event }) => (event.type === 'process.changed' ? { launch: event.launch } : {})),
      noteRefusal: assign(({ context, event }) => {
        const outcome = outcomeIn(event);
        return outcome.type === 'refused' ? change.refused(context, outcome, clock.now()) : {};
      }),
      noteObstacle: assign(({ context, event }) => {
        const obstacle = obstacleIn(event);
        return obstacle === null ? {} : change.blocked(context, obstacle);
      }),
      spreadStart: assign(({ context }) => change.unblocked(context, { now: clock.now(), random: clock.random() })),
      noteMissing: assign(({ event }) => {
        const choice = choiceIn(event);
        return choice.type === 'missing' ? change.missing(choice.reason) : {};
      }),
      noteStopped: assign(({ context, event }) => change.stopped(context, statusIn(event))),
      quarantine: assign(({ event }) =>
        event.type === 'supervisor.quarantine' ? { reason: event.reason, deadlineAt: null } : {},
      ),
      report: enqueueActions(
        (
          { context, enqueue, event, self, system },
          params: { readonly state: PublicState | ServiceLeaf } | undefined,
        ) => {
          if (isFirst(event)) return;
          const actors = context.watchers.flatMap((watcher) => peer(system, watcher) ?? []); // missing ones are skipped
          if (actors.length === 0) return;
          const report = change.reportOf(context, params?.state ?? leafNow(self.getSnapshot()));
          for (const actor of actors) enqueue.sendTo(actor, { type: 'service.changed', report });
        },
      ),
    },
  });
}

/** The state of a service that only answers: its snapshot predates the event, and so does its state. */
function leafNow({ value }: { readonly value?: unknown }): ServiceLeaf {
  return leafOf(value as StateValue); // of the chart that is set up here
}

/**
 * Every actor is created in `stopped`, even one that replaces a crashed actor with a live process. The event that it
 * gets next, to resume or to be quarantined, leads to its actual state; it has nothing to report before.
 */
function isFirst({ type }: { readonly type: string }): boolean {
  return type === 'xstate.init';
}

function isResume(event: ServiceEvent): event is ResumeEvent {
  return event.type.startsWith('resume.');
}
