import type { ServiceId } from '../model/values/ids.ts';
import type { MeasuredService } from '../ports/meter.ts';
import type { TreeUsage } from '../ports/process-usage.ts';
import type { Family, Sample } from './family.ts';
import type { Frame } from './frame.ts';
import type { ExitCounts } from './exit-counts.ts';
import { STATES } from './label-values.ts';

type Shape = Pick<Family, 'name' | 'help' | 'type'>;

/** One number per service; null: it currently has none. */
function eachService(frame: Frame, shape: Shape, numberOf: (service: MeasuredService) => number | null): Family {
  const read = function* (): Generator<Sample, void, undefined> {
    for (const service of frame.services) {
      const value = numberOf(service);
      if (value !== null) yield { labels: { service: service.id }, value };
    }
  };
  return { ...shape, labelNames: ['service'], read };
}

/** The families of each service. */
export function serviceFamilies(frame: Frame, exits: ExitCounts): readonly Family[] {
  return [
    {
      name: 'coredinator_service_info',
      help: 'Always 1; the kind of the service, and the version chosen for its newest launch.',
      type: 'gauge',
      labelNames: ['service', 'kind', 'version'],
      read: () =>
        frame.services.map(({ id, kind, version }) => ({
          labels: { service: id, kind, version: version ?? '' },
          value: 1,
        })),
    },
    {
      name: 'coredinator_service_agent',
      help: 'Always 1; an agent that holds the service. A shared service has several series, a host service one with an empty agent.',
      type: 'gauge',
      labelNames: ['service', 'agent'],
      read: () =>
        frame.services.flatMap(({ id, agents }) =>
          (agents.length === 0 ? [''] : agents).map((agent) => ({ labels: { service: id, agent }, value: 1 })),
        ),
    },
    {
      name: 'coredinator_service_state',
      help: '1 for the current state of the service, 0 for the others.',
      type: 'gauge',
      labelNames: ['service', 'state'],
      read: () => statesOf(frame.services),
    },
    ...NUMBERS.map(({ numberOf, ...shape }) => eachService(frame, shape, numberOf)),
    {
      name: 'coredinator_service_exits_total',
      help: 'Ends of processes of the service, by class, for the classes that this host has seen.',
      type: 'counter',
      labelNames: ['service', 'class'],
      read: () => exits.samples(frame.services.map(({ id }) => id)),
    },
    {
      name: 'coredinator_service_probe_last_failure_timestamp_seconds',
      help: 'When a check of this probe of the service last failed, whatever its thresholds, for the failures that this host has seen.',
      type: 'gauge',
      labelNames: ['service', 'probe'],
      read: () =>
        frame.services.flatMap(({ id, probeFailures }) =>
          probeFailures.map(({ probe, at }) => ({ labels: { service: id, probe }, value: at / 1_000 })),
        ),
    },
  ];
}

function* statesOf(services: readonly MeasuredService[]): Generator<Sample, void, undefined> {
  for (const service of services) {
    for (const state of STATES) {
      yield { labels: { service: service.id, state }, value: Number(service.state === state) };
    }
  }
}

const NUMBERS: readonly (Shape & { readonly numberOf: (service: MeasuredService) => number | null })[] = [
  {
    name: 'coredinator_service_intended_running',
    help: '1 if the service is intended to run, 0 if it is intended to be stopped.',
    type: 'gauge',
    numberOf: ({ intended }) => Number(intended === 'running'),
  },
  {
    name: 'coredinator_service_ready',
    help: '1 if the service is running and its readiness probe, if any, passes; otherwise 0.',
    type: 'gauge',
    numberOf: ({ state, substate }) => Number(state === 'running' && substate === 'ready'),
  },
  {
    name: 'coredinator_service_in_doubt',
    help: '1 if it is not known whether the process of the service is still running; otherwise 0, as always on one machine.',
    type: 'gauge',
    numberOf: ({ isInDoubt }) => Number(isInDoubt),
  },
  {
    name: 'coredinator_service_generation',
    help: 'Launches of the service since it was first started.',
    type: 'gauge',
    numberOf: ({ generation }) => generation,
  },
  {
    name: 'coredinator_service_restarts_total',
    help: 'Launches of the service that no command requested. Kept across restarts of the host.',
    type: 'counter',
    numberOf: ({ restarts }) => restarts,
  },
  {
    name: 'coredinator_service_start_time_seconds',
    help: 'When the live process of the service was launched, in seconds since 1970. Absent if there is no process.',
    type: 'gauge',
    numberOf: ({ launchedAt }) => (launchedAt === null ? null : launchedAt / 1_000),
  },
];

/** The resource usage of the process trees; empty if the operating system does not provide it. */
export function usageFamilies(frame: Frame): readonly Family[] {
  const { usage } = frame;
  if (usage === null) return [];
  const ofTree =
    (numberOf: (tree: TreeUsage) => number) =>
    ({ id }: MeasuredService): number | null => {
      const tree = usage.get(id as ServiceId); // the id of an existing service
      return tree === undefined ? null : numberOf(tree);
    };
  return [
    eachService(
      frame,
      {
        name: 'coredinator_service_cpu_seconds_total',
        help: 'Processor time of the whole process tree of the service, including ended processes, as seen at the scrapes.',
        type: 'counter',
      },
      ofTree(({ cpuSeconds }) => cpuSeconds),
    ),
    eachService(
      frame,
      {
        name: 'coredinator_service_resident_memory_bytes',
        help: 'Sum of the resident sets of the process tree of the service; shared pages count once for each process.',
        type: 'gauge',
      },
      ofTree(({ residentBytes }) => residentBytes),
    ),
    eachService(
      frame,
      {
        name: 'coredinator_service_processes',
        help: 'Processes in the tree of the service.',
        type: 'gauge',
      },
      ofTree(({ processes }) => processes),
    ),
  ];
}
