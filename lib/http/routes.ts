import { OPERATIONS } from '../api/operations.ts';
import type { OperationId } from '../api/paths.ts';
import type { Control } from '../control/control.ts';
import { DEFAULT_INSPECTOR_URL } from '../model/values/inspector-url.ts';
import type { MachineLibrary } from '../ports/machine-library.ts';
import type { Exposition } from '../ports/meter.ts';
import type { HostLabel } from './host-label.ts';
import { routeOf, type HandlersOf, type Route } from './route.ts';
import { agentHandlers, tepHandlers } from './routes/agents.ts';
import { configHandlers } from './routes/config.ts';
import { dashboardHandlers } from './routes/dashboard.ts';
import { docsHandlers } from './routes/docs.ts';
import { eventHandlers } from './routes/events.ts';
import { healthHandlers } from './routes/health.ts';
import { historyHandlers } from './routes/history.ts';
import { inspectorHandlers } from './routes/inspector.ts';
import { ioHandlers } from './routes/io.ts';
import { launchHandlers } from './routes/launches/launches.ts';
import { logHandlers } from './routes/logs/logs.ts';
import { machineHandlers } from './routes/machines.ts';
import { metricsHandlers } from './routes/metrics.ts';
import { serviceHandlers } from './routes/services.ts';
import { sessionHandlers } from './routes/session.ts';
import { timelineHandlers } from './routes/timeline.ts';
import { webhookHandlers } from './routes/webhooks.ts';
import { StreamLimit } from './stream-limit.ts';

/** The table of all routes, one for each operation of the API. */
export function allRoutes(
  control: Control,
  host: HostLabel,
  exposition: Exposition,
  machines: MachineLibrary,
  streamLimit = new StreamLimit(),
  inspectorUrl = DEFAULT_INSPECTOR_URL,
): readonly Route[] {
  const handlers: HandlersOf<typeof OPERATIONS> = {
    ...agentHandlers(control),
    ...tepHandlers(control),
    ...ioHandlers(control),
    ...serviceHandlers(control),
    ...historyHandlers(control),
    ...launchHandlers(control),
    ...logHandlers(control, streamLimit),
    ...eventHandlers(control, streamLimit),
    ...timelineHandlers(control),
    ...webhookHandlers(control),
    ...machineHandlers(control, machines),
    ...configHandlers(control),
    ...healthHandlers(control),
    ...metricsHandlers(control, exposition),
    ...sessionHandlers(),
    ...inspectorHandlers(inspectorUrl, host),
    ...docsHandlers(host),
    ...dashboardHandlers(),
  };
  // Object.keys loses the key type; HandlersOf has checked that each handler matches the schemas of its operation.
  return (Object.keys(OPERATIONS) as OperationId[]).map((id) =>
    routeOf(id, handlers[id] as Parameters<typeof routeOf>[1], control),
  );
}
