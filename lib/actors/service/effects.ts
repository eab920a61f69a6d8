import { fromCallback, fromPromise } from 'xstate';
import type { LaunchId, ServiceId } from '../../model/ids.ts';
import type { Executable, ExecutableChoice, LaunchOutcome, ProcessFacts } from '../../model/process.ts';
import type { StopSpec } from '../../model/spec.ts';
import type { Catalog, ExecutableQuery } from '../../ports/catalog.ts';
import type { LaunchRequest, ProcessHost } from '../../ports/process-host.ts';
import type { ServiceEvent } from './events.ts';
import type { ServiceContext } from './record.ts';

/** The ports a service acts through. */
export interface ServicePorts {
  readonly processes: ProcessHost;
  readonly catalog: Catalog;
}

/** The named effects of the service machine; none is ever restored, `host.resume` starts them anew. */
export function serviceEffects({ processes, catalog }: ServicePorts) {
  return {
    chooseExecutable: fromPromise<ExecutableChoice, ExecutableQuery>(({ input }) => catalog.choose(input)),
    awaitExecutable: fromPromise<Executable, { query: ExecutableQuery; refused: string | null }>(({ input, signal }) =>
      catalog.awaitOther(input.query, input.refused, signal),
    ),
    launchProcess: fromPromise<LaunchOutcome, LaunchRequest>(({ input }) => processes.launch(input)),
    stopTree: fromPromise<ProcessFacts | null, { serviceId: ServiceId; stop: StopSpec }>(
      async ({ input: { serviceId, stop } }) => {
        await processes.stop(serviceId, stop);
        return processes.facts(serviceId); // also when the process had ended before, or came up only during the stop
      },
    ),
    observeProcess: fromCallback<ServiceEvent, { launchId: LaunchId | null }>(({ input: { launchId }, sendBack }) => {
      if (launchId === null) return undefined;
      return processes.observe(launchId, {
        exited: (exit) => {
          sendBack({ type: 'process.exited', launchId, exit });
        },
      });
    }),
  };
}

/** What discovery is asked. */
export function queryOf({ spec }: ServiceContext): ExecutableQuery {
  return { executable: spec.executable, version: spec.version };
}

/** The launch of the next generation with the chosen file. */
export function launchRequestOf(context: ServiceContext): LaunchRequest {
  const { spec, executable } = context;
  return {
    serviceId: spec.id,
    agentId: spec.agentId,
    generation: context.generation + 1,
    executablePath: executable?.path ?? spec.executable,
    version: executable?.version ?? null,
    args: spec.args,
    env: spec.env,
    cwd: spec.cwd,
    stop: spec.stop,
  };
}
