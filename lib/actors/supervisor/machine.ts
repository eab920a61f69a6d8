/**
 * The root of the actor system. It has one state, `supervising`. It creates service and agent actors as siblings,
 * passes start commands on, and replaces a child that throws with a new one that has the last good context (the
 * `assign`s of the event that crashed it are rolled back). A child that crashes too often is quarantined; the root
 * itself always stays.
 */
import { assign, enqueueActions, matchesState, setup, type StateValue } from 'xstate';
import type { Clock } from '../../ports/clock.ts';
import type { AgentEvent } from '../agent/events.ts';
import { createAgentMachine } from '../agent/machine.ts';
import { agentActorId, type AgentContext } from '../agent/context.ts';
import type { ServicePorts } from '../service/effects.ts';
import type { ServiceEvent } from '../service/events.ts';
import { createServiceMachine } from '../service/machine.ts';
import { resumeOf } from '../service/resume.ts';
import { serviceActorId, serviceContext, type ServiceContext } from '../service/context.ts';
import { addChild, childrenOf } from '../xstate/children.ts';
import type { SupervisorEvent } from './events.ts';
import { crashNoted, hasCrashedTooOften, type SupervisorContext } from './context.ts';

/**
 * The version stored with every snapshot; raise it with every change of the states (see control/recovery/recovery.ts).
 */
export const SUPERVISOR_MACHINE_VERSION = '1';

const QUARANTINE = {
  type: 'supervisor.quarantine',
  reason: { code: 'set_aside' },
} as const;

/** The root machine with the machines of its children. */
export function createSupervisorMachine(ports: ServicePorts, clock: Clock) {
  const serviceResume = (context: ServiceContext): ServiceEvent => {
    const { spec, intended, holders, pin } = context;
    const intention = { intended, holders, pin, spec: null, atLeast: 0 };
    return resumeOf(context, intention, ports.processes.status(spec.id), clock.now());
  };
  const agentResume = ({ plan, intended }: AgentContext): AgentEvent => ({ type: 'host.resume', intended, plan });

  const machines = { service: createServiceMachine(ports, clock), agent: createAgentMachine(clock) };

  return setup({
    types: {
      context: {} as SupervisorContext, // setup() takes types as values
      events: {} as SupervisorEvent,
    },
    actors: machines,
    actions: {
      ensure: enqueueActions(({ enqueue, event, self }) => {
        if (event.type !== 'supervisor.ensure') return;
        const present = childrenOf(self);
        for (const entry of event.services) {
          const id = serviceActorId(entry.spec.id);
          if (id in present) continue;
          const service = addChild(self, machines.service, { id, src: 'service', input: entry });
          enqueue(() => {
            service.start();
          });
          // A process may exist before anybody intended it: its ledger outlived the intentions, or an orphan was adopted.
          if (ports.processes.status(entry.spec.id)?.status === 'alive')
            enqueue.sendTo(id, serviceResume(serviceContext({ ...entry, intended: 'running' }, clock.now())));
        }
        for (const plan of event.agents) {
          const id = agentActorId(plan.id);
          if (id in present) continue;
          const agent = addChild(self, machines.agent, { id, src: 'agent', input: { plan } });
          enqueue(() => {
            agent.start();
          });
        }
      }),
      remove: enqueueActions(({ enqueue, event }) => {
        if (event.type === 'supervisor.remove') enqueue.stopChild(event.actorId);
      }),
      noteCrash: assign(({ context, event }) =>
        'actorId' in event ? crashNoted(context, event.actorId, clock.now()) : context,
      ),
      replaceChild: enqueueActions(({ context, enqueue, event, self }) => {
        const broken = 'actorId' in event ? self.getSnapshot().children[event.actorId] : undefined;
        if (broken === undefined) return;
        const { id, src } = broken;
        const { context: last, value } = broken.getSnapshot() as {
          readonly context?: unknown;
          readonly value: StateValue;
        }; // of a machine, as all children are
        if (last === undefined) return; // it crashed before it had a context: there is nothing to continue from
        const isLaunching = matchesState({ starting: 'launching' }, value);
        enqueue.stopChild(id);
        if (src === 'service') {
          const resume = last as ServiceContext; // what the machine of that name keeps
          enqueue.spawnChild('service', { id, systemId: id, input: { spec: resume.spec, resume } });
          enqueue.sendTo(id, hasCrashedTooOften(context, id) ? QUARANTINE : serviceResume(resume));
          // Otherwise the process would start unnoticed: a launch in progress has no status yet.
          if (isLaunching && !hasCrashedTooOften(context, id))
            enqueue.sendTo(id, { type: 'service.restart', correlationId: null });
        } else if (src === 'agent') {
          const resume = last as AgentContext; // what the machine of that name keeps
          enqueue.spawnChild('agent', { id, systemId: id, input: { plan: resume.plan, resume } });
          enqueue.sendTo(id, hasCrashedTooOften(context, id) ? QUARANTINE : agentResume(resume));
        }
      }),
    },
  }).createMachine({
    id: 'supervisor',
    version: SUPERVISOR_MACHINE_VERSION,
    context: { crashes: {} },
    initial: 'supervising',
    states: { supervising: {} },
    on: {
      'supervisor.ensure': { actions: 'ensure' },
      'supervisor.remove': { actions: 'remove' },
      'xstate.error.actor.*': { actions: ['noteCrash', 'replaceChild'] },
    },
  });
}
