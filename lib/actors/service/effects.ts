import { fromCallback, fromPromise } from 'xstate';
import type { LaunchId, ServiceId } from '../../model/values/ids.ts';
import { portNamesOf, type ProbeKind, type ProbeSpec } from '../../model/probe.ts';
import { portNamesIn } from '../../model/values/port-token.ts';
import { revisionOf } from '../../model/policy/revision.ts';
import type { BlockedLaunch, Executable, ExecutableChoice, LaunchOutcome, LaunchStatus } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { Catalog, ExecutableQuery } from '../../ports/catalog.ts';
import type { LaunchGate, LaunchRequest, ProcessHost } from '../../ports/process-host.ts';
import type { Prober, ProbeTarget } from '../../ports/prober.ts';
import type { ServiceEvent } from './events.ts';
import type { ServiceContext } from './context.ts';
import { fallbackOf } from './exits.ts';

/** The ports a service acts through. */
export interface ServicePorts {
  readonly processes: Pick<ProcessHost, 'launch' | 'stop' | 'status' | 'observe'>;
  readonly gate: LaunchGate;
  readonly catalog: Catalog;
  readonly prober: Prober;
}

/** One probe of the live process; null: the service has no probe of that kind. */
export interface ProbeOrder {
  readonly kind: ProbeKind;
  readonly probe: ProbeSpec | null;
  readonly subject: ProbeTarget | null;
}

/** The named effects of the service machine; none is restored from a snapshot, `host.resume` starts them again. */
export function serviceEffects({ processes, gate, catalog, prober }: ServicePorts) {
  return {
    chooseExecutable: fromPromise<ExecutableChoice, ExecutableQuery>(({ input }) => catalog.choose(input)),
    awaitExecutable: fromPromise<Executable, { query: ExecutableQuery; refused: string | null }>(({ input, signal }) =>
      catalog.awaitOther(input.query, input.refused, signal),
    ),
    launchProcess: fromPromise<LaunchOutcome | BlockedLaunch, LaunchRequest>(({ input }) => {
      const obstacle = gate.obstacle(input.serviceId);
      return obstacle === null ? processes.launch(input) : Promise.resolve({ type: 'blocked', obstacle });
    }),
    watchObstacles: fromCallback<ServiceEvent, { serviceId: ServiceId }>(({ input, sendBack }) =>
      gate.watch(input.serviceId, (obstacle) => {
        sendBack(obstacle === null ? { type: 'launches.unblocked' } : { type: 'launches.blocked', obstacle });
      }),
    ),
    stopTree: fromPromise<LaunchStatus | null, { serviceId: ServiceId; stop: StopSpec }>(
      async ({ input: { serviceId, stop } }) => {
        await processes.stop(serviceId, stop);
        return processes.status(serviceId); // also when the process had ended before, or came up only during the stop
      },
    ),
    observeProcess: fromCallback<ServiceEvent, { launchId: LaunchId | null }>(({ input: { launchId }, sendBack }) => {
      if (launchId === null) return undefined;
      return processes.observe(launchId, {
        exited: (exit) => {
          sendBack({ type: 'process.exited', launchId, exit });
        },
        changed: (launch) => {
          sendBack({ type: 'process.changed', launch });
        },
      });
    }),
    probeProcess: fromCallback<ServiceEvent, ProbeOrder>(({ input: { kind, probe, subject }, sendBack }) => {
      if (probe === null || subject === null) return undefined;
      const about = { probe: kind, launchId: subject.launch.launchId } as const;
      return prober.watch(subject, kind, probe, {
        passed: () => {
          sendBack({ type: 'probe.passed', ...about });
        },
        failed: (reason) => {
          sendBack({ type: 'probe.failed', ...about, reason });
        },
        // The others are only shown; this one explains why a launch is ended when its time is over.
        missed: (reason) => {
          if (kind === 'startup') sendBack({ type: 'probe.missed', ...about, probe: kind, reason });
        },
      });
    }),
  };
}

/** The query for discovery. */
export function queryOf(context: ServiceContext): ExecutableQuery {
  const { spec, pin } = context;
  return { executable: spec.executable, version: pin?.version ?? spec.version, ...fallbackOf(context) };
}

/** The launch request for the next generation with the chosen file. */
export function launchRequestOf(context: ServiceContext): LaunchRequest {
  const { spec, executable } = context;
  return {
    serviceId: spec.id,
    agentId: spec.agentId,
    generation: context.generation + 1,
    executablePath: executable?.path ?? spec.executable,
    version: executable?.version ?? null,
    revision: revisionOf(spec),
    args: spec.args,
    env: spec.env,
    cwd: spec.cwd,
    stop: spec.stop,
    limits: spec.limits,
    maxLogBytes: spec.logs.maxBytes,
    output: spec.output,
    configPath: spec.configPath,
    pod: spec.pod,
    user: spec.user,
    group: spec.group,
    ports: [...new Set([...portNamesIn([spec.args, spec.env, spec.cwd]), ...portNamesOf(spec.probes)])],
  };
}

/** The probe of this kind for the live process. */
export function probeOrderOf({ spec, launch }: ServiceContext, kind: ProbeKind): ProbeOrder {
  const subject = launch === null ? null : { launch, env: spec.env, cwd: spec.cwd, user: spec.user, group: spec.group };
  return { kind, probe: spec.probes[kind], subject };
}
