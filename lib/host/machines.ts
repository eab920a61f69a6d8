import { readFile } from 'node:fs/promises';
import { createAgentMachine } from '../actors/agent/machine.ts';
import type { ServicePorts } from '../actors/service/effects.ts';
import { createServiceMachine } from '../actors/service/machine.ts';
import { createSupervisorMachine } from '../actors/supervisor/machine.ts';
import type { KnownMachine } from '../machines/library.ts';
import type { Clock } from '../ports/clock.ts';
import type { DrawnEvents } from '../ports/machine-library.ts';
import { webhookChart } from '../webhook/chart.ts';
import { EXAMPLE_INPUTS } from './example-inputs.ts';

/** Accepted in every state: they resume an actor with a new host, or stop it with the old one. */
const HOST_EVENTS = ['host.intention', 'host.resume', 'host.drain'];

/** All statecharts of this program. */
export function hostMachines(ports: ServicePorts, clock: Clock): readonly KnownMachine[] {
  return [
    {
      machine: createSupervisorMachine(ports, clock),
      title: 'The root of all actors: creates those of agents and services, and replaces crashed ones.',
      omittedEvents: [],
      exampleInput: undefined,
    },
    {
      machine: createAgentMachine(clock),
      title: 'An agent: holds and releases its services, and combines their states.',
      omittedEvents: HOST_EVENTS,
      exampleInput: EXAMPLE_INPUTS.agent,
    },
    {
      machine: createServiceMachine(ports, clock),
      title: 'A service: launches its process, monitors it, and decides what follows its exit.',
      omittedEvents: HOST_EVENTS,
      exampleInput: EXAMPLE_INPUTS.service,
    },
    {
      machine: webhookChart(clock),
      title: 'A webhook: delivers events in order, each until it is accepted or given up.',
      omittedEvents: [],
      exampleInput: EXAMPLE_INPUTS.webhook,
    },
  ];
}

/**
 * The drawing of a statechart that the build of this program has made (scripts/build/draw-charts.js): to start Graphviz and to lay out a
 * chart takes half a second. Null: there is none, as when the program runs from its sources.
 */
export async function builtDrawing(name: string, events: DrawnEvents): Promise<string | null> {
  try {
    return await readFile(new URL(`../assets/charts/${name}-${events}.svg`, import.meta.url), 'utf8');
  } catch {
    return null; // whatever the reason: it can be drawn
  }
}
