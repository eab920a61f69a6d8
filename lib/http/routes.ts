import { OPERATIONS } from '../api/operations.ts';
import type { OperationId } from '../api/paths.ts';
import type { Control } from '../control/control.ts';
import type { MachineLibrary } from '../ports/machine-library.ts';
import type { Exposition } from '../ports/meter.ts';
import { DEFAULT_INSPECTOR_URL } from '../model/inspector-url.ts';
import { agentHandlers, tepHandlers } from './agents.ts';
import { configHandlers } from './config.ts';
import { dashboardHandlers } from './dashboard.ts';
import { docsHandlers } from './docs.ts';
import { eventHandlers } from './events.ts';
import { healthHandlers } from './health.ts';
import { inspectorHandlers } from './inspector.ts';
import { ioHandlers } from './io.ts';
import { logHandlers } from './logs.ts';
import { machineHandlers } from './machines.ts';
import { metricsHandlers } from './metrics.ts';
import { pastHandlers } from './past.ts';
import { routeOf } from './route.ts';
import type { HandlersOf, Route } from './route.ts';
import { sessionHandlers } from './session.ts';
import { serviceHandlers } from './services.ts';
import { StreamPlaces } from './stream-places.ts';

/** The table of all routes: one for each operation of the API. */
export function allRoutes(
  control: Control,
  version: string,
  exposition: Exposition,
  machines: MachineLibrary,
  places = new StreamPlaces(),
  inspectorUrl = DEFAULT_INSPECTOR_URL,
): readonly Route[] {
  const handlers: HandlersOf<typeof OPERATIONS> = {
    ...agentHandlers(control),
    ...tepHandlers(control),
    ...ioHandlers(control),
    ...serviceHandlers(control),
    ...pastHandlers(control),
    ...logHandlers(control, places),
    ...eventHandlers(control, places),
    ...machineHandlers(control, machines),
    ...configHandlers(control),
    ...healthHandlers(control),
    ...metricsHandlers(control, exposition),
    ...sessionHandlers(),
    ...inspectorHandlers(inspectorUrl),
    ...docsHandlers(version),
    ...dashboardHandlers(),
  };
  // Object.keys forgets the type of the keys; each handler fits the schemas of its operation, as HandlersOf has checked.
  return (Object.keys(OPERATIONS) as OperationId[]).map((id) =>
    routeOf(id, handlers[id] as Parameters<typeof routeOf>[1], control),
  );
}
