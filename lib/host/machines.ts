import { createAgentMachine } from '../actors/agent/machine.ts';
import type { ServicePorts } from '../actors/service/effects.ts';
import { createServiceMachine } from '../actors/service/machine.ts';
import { createSupervisorMachine } from '../actors/supervisor/machine.ts';
import type { KnownMachine } from '../machines/library.ts';
import type { Clock } from '../ports/clock.ts';
import { webhookChart } from '../webhook/chart.ts';

/** Answered in every state: they bring an actor back with a new host, or down with the old one. */
const HOST_EVENTS = ['host.resume', 'host.drain'];

/** Every statechart of this program, as it runs. */
export function hostMachines(ports: ServicePorts, clock: Clock): readonly KnownMachine[] {
  return [
    {
      machine: createSupervisorMachine(ports, clock),
      title: 'The root of all actors: makes those of agents and services, and replaces one that breaks.',
      omittedEvents: [],
    },
    {
      machine: createAgentMachine(clock),
      title: 'An agent: claims and releases its services, and is what they are together.',
      omittedEvents: HOST_EVENTS,
    },
    {
      machine: createServiceMachine(ports, clock),
      title: 'A service: launches its process, watches it, and decides what follows when it ends.',
      omittedEvents: HOST_EVENTS,
    },
    {
      machine: webhookChart(clock),
      title: 'A webhook: delivers events in their order, each until it is taken or given up.',
      omittedEvents: [],
    },
  ];
}
