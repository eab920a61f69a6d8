import { and, assign, enqueueActions, or, setup, stateIn } from 'xstate';
import type { Clock } from '../../ports/clock.ts';
import type { ProbeKind } from '../../model/probe.ts';
import { changedParts, launchesAlike, revisionOf } from '../../model/revision.ts';
import { peer } from '../peers.ts';
import { ofProbe } from './chart.ts';
import * as change from './changes.ts';
import { serviceEffects, type ServicePorts } from './effects.ts';
import { verdictOn } from './endings.ts';
import { choiceIn, endIn, factsIn, outcomeIn, type OfEnd } from './ends.ts';
import type { ServiceEvent } from './events.ts';
import { fallbackReason } from './releases.ts';
import { serviceActorId, type ServiceContext, type ServiceInput } from './record.ts';

/** The longest timer that Node can hold; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Wait before a stop that failed outright is tried again. */
const STOP_RETRY_MS = 1_000;

/** What the chart's words do, over its ports: every guard, action, delay and actor is a named one. */
export function serviceSetup(ports: ServicePorts, clock: Clock) {
  const verdict = (args: Parameters<typeof endIn>[0], of: OfEnd) => {
    const now = clock.now();
    const end = endIn(args, of, now);
    return end === null ? null : verdictOn(args.context, end, { now, random: 0.5 }).next;
  };

  return setup({
    types: {
      context: {} as ServiceContext, // setup() takes types as values
      events: {} as ServiceEvent,
      input: {} as ServiceInput,
    },
    actors: serviceEffects(ports),
    delays: {
      untilDeadline: ({ context }) =>
        Math.min(MAX_TIMER_MS, Math.max(0, (context.deadlineAt ?? clock.now()) - clock.now())),
      stopRetry: STOP_RETRY_MS,
    },
    guards: {
      isNewHolder: ({ context, event }) => event.type === 'service.claim' && !context.holders.includes(event.holder),
      isLastHolder: ({ context, event }) =>
        event.type === 'service.release' && context.holders.length === 1 && context.holders[0] === event.holder,
      wantsRunning: ({ context }) => context.intended === 'running',
      isRecycled: ({ context }) => context.intended === 'running' && context.aftermath?.type === 'again',
      hasStartupProbe: ({ context }) => context.spec.probes.startup !== null,
      hasReadinessProbe: ({ context }) => context.spec.probes.readiness !== null,
      isOfProbe: ({ context, event }, { probe }: { probe: ProbeKind }) =>
        'probe' in event && event.probe === probe && event.launchId === context.launch?.launchId,
      changesLaunch: ({ context, event }) =>
        event.type === 'service.configure' && !launchesAlike(context.spec, event.spec),
      changesProbes: ({ context, event }) =>
        event.type === 'service.configure' && changedParts(context.spec, event.spec).includes('probes'),
      dropsReadinessProbe: ({ event }) => event.type === 'service.configure' && event.spec.probes.readiness === null,
      dependenciesMet: ({ context }) => change.dependenciesMet(context),
      recovers: ({ context }) => context.deadlineAt !== null,
      isFound: ({ event }) => choiceIn(event).type === 'found',
      isLaunchedUnprobed: ({ context, event }) =>
        outcomeIn(event).type === 'launched' && context.spec.probes.startup === null,
      isLaunched: ({ event }) => outcomeIn(event).type === 'launched',
      isRefusedForGood: ({ event }) => {
        const outcome = outcomeIn(event);
        return outcome.type === 'refused' && outcome.failure.isPermanent;
      },
      completes: (args, of: OfEnd) => verdict(args, of) === 'complete',
      fallsBack: (args, of: OfEnd) => verdict(args, of) === 'fall_back',
      givesUp: (args, of: OfEnd) => verdict(args, of) === 'give_up',
      retries: (args, of: OfEnd) => verdict(args, of) === 'retry',
      resumesStopped: ({ event }) => event.type === 'host.resume' && event.intended === 'stopped',
      resumesAlive: ({ event }) => event.type === 'host.resume' && event.facts?.status === 'alive',
      resumesStoppedAlive: and(['resumesStopped', 'resumesAlive']),
      resumesReady: and(['resumesAlive', 'isReady']),
      isReady: stateIn({ running: 'ready' }),
      isCompleted: stateIn({ stopped: 'completed' }),
      startsUnready: and([ofProbe('startup'), 'hasReadinessProbe']),
      changesProbesWhileReady: and(['changesProbes', or(['isReady', 'dropsReadinessProbe'])]),
      resumesOutdated: ({ event }) =>
        event.type === 'host.resume' && event.facts?.status === 'alive' && event.facts.generation < event.atLeast,
      resumesProbed: ({ context, event }) =>
        event.type === 'host.resume' && event.facts?.status === 'alive' && context.spec.probes.startup !== null,
    },
    actions: {
      enter: assign(() => ({ since: clock.now() })),
      // That a host came back is no change of a service that ran all the time.
      enterRunning: assign(({ event }) => (event.type === 'host.resume' ? {} : { since: clock.now() })),
      noteOrigin: assign(({ event }) => ('correlationId' in event ? { correlationId: event.correlationId } : {})),
      forgetOrigin: assign({ correlationId: null }),
      claim: assign(({ context, event }) => (event.type === 'service.claim' ? change.claimed(context, event) : {})),
      dropHolder: assign(({ context, event }) =>
        event.type === 'service.release'
          ? { holders: context.holders.filter((holder) => holder !== event.holder) }
          : {},
      ),
      watch: assign(({ context, event }) => {
        if (event.type === 'service.watch') return change.watchedBy(context, event.watcher);
        return event.type === 'service.claim' && event.holder.startsWith('agent:')
          ? change.watchedBy(context, event.holder)
          : {};
      }),
      takeSpec: assign(({ context, event }) =>
        event.type === 'service.configure' ? change.configured(context, event.spec) : {},
      ),
      wishRunning: assign({ intended: 'running' }),
      wishStopped: assign({ intended: 'stopped' }),
      refresh: assign(change.FRESH),
      noteDependency: assign(({ context, event }) =>
        event.type === 'service.changed' ? change.dependencyNoted(context, event.report) : {},
      ),
      forgetDependencies: assign({ dependencies: {} }),
      watchDependencies: enqueueActions(({ context, enqueue, system, self }) => {
        for (const { serviceId } of context.spec.dependsOn) {
          const dependency = peer(system, serviceActorId(serviceId));
          if (dependency) enqueue.sendTo(dependency, { type: 'service.watch', watcher: self.id });
        }
      }),
      explainWaiting: assign(({ context }) => ({ reason: change.waitingReason(context) })),
      explainStopRetry: assign({ reason: 'its process tree could not be ended yet; trying again' }),
      clearReason: assign({ reason: null }),
      clearDeadline: assign({ deadlineAt: null }),
      startGrace: assign(({ context }) => ({ deadlineAt: clock.now() + context.spec.stop.graceMs })),
      noteStarted: assign(({ context }) => change.started(context, clock.now())),
      noteRevision: assign(({ context }) => ({ revision: revisionOf(context.spec) })),
      noteStartTimeout: assign(({ context, event }) => change.ailing(context, 'start_timeout', event)),
      noteAilment: assign(({ context, event }) => change.ailing(context, 'probe', event)),
      noteUnready: assign(({ event }) =>
        event.type === 'probe.failed' ? { reason: `is not ready: ${event.reason}` } : {},
      ),
      explainUnready: assign(({ context }) => ({ reason: context.reason ?? 'its readiness probe has not passed yet' })),
      noteReady: assign(({ context }) => ({ reason: fallbackReason(context) })),
      recycle: assign(({ context, event }) => change.recycled(context, event)),
      launchAgain: assign({ attempt: 'restart' }),
      pardon: assign({ aftermath: null }),
      beginRecovery: assign({ attempt: 'recovery' }),
      takeWishes: assign(({ context, event }) => (event.type === 'host.resume' ? change.rewished(context, event) : {})),
      takeFacts: assign(({ context, event }) =>
        event.type === 'host.resume' && event.facts !== null
          ? { generation: Math.max(context.generation, event.facts.generation) }
          : {},
      ),
      boundDeadline: assign(({ context }, { wait }: { wait: change.Wait }) =>
        change.bounded(context, wait, clock.now()),
      ),
      adopt: assign(({ context, event }) =>
        event.type === 'host.resume' ? change.adopted(context, event, clock.now()) : {},
      ),
      account: assign((args, of: OfEnd) => {
        const end = endIn(args, of, clock.now());
        return end === null ? {} : change.ended(args.context, end);
      }),
      judge: assign((args, of: OfEnd) => {
        const now = clock.now();
        const end = endIn(args, of, now);
        if (end === null) return {};
        const { context } = args;
        return change.judged(context, end, verdictOn(context, end, { now, random: clock.random() }), now);
      }),
      choose: assign(({ event }) => {
        const choice = choiceIn(event);
        return choice.type === 'found' ? { executable: choice.executable } : {};
      }),
      launched: assign(({ context, event }) => {
        const outcome = outcomeIn(event);
        return outcome.type === 'launched' ? change.launched(context, outcome.launch, clock.now()) : {};
      }),
      noteRefusal: assign(({ context, event }) => {
        const outcome = outcomeIn(event);
        return outcome.type === 'refused' ? change.refused(context, outcome, clock.now()) : {};
      }),
      noteMissing: assign(({ event }) => {
        const choice = choiceIn(event);
        return choice.type === 'missing' ? change.missing(choice.reason) : {};
      }),
      noteStopped: assign(({ context, event }) => change.stopped(context, factsIn(event))),
      park: assign(({ event }) => (event.type === 'supervisor.park' ? { reason: event.reason, deadlineAt: null } : {})),
      report: enqueueActions(({ context, enqueue, system }, params: change.Told) => {
        const report = change.reportOf(context, params);
        for (const watcher of context.watchers) {
          const actor = peer(system, watcher); // gone watchers are simply not told
          if (actor) enqueue.sendTo(actor, { type: 'service.changed', report });
        }
      }),
    },
  });
}
