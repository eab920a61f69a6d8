import type { Control } from '../control/control.ts';
import { agentRoutes } from './agents.ts';
import { configRoutes } from './config.ts';
import { docsRoutes } from './docs.ts';
import { eventRoutes } from './events.ts';
import { healthRoutes } from './health.ts';
import { ioRoutes } from './io.ts';
import { logRoutes } from './logs.ts';
import type { Route } from './route.ts';
import { serviceRoutes } from './services.ts';

/** The table of all routes. */
export function allRoutes(control: Control, version: string): readonly Route[] {
  const api = [
    ...agentRoutes(control),
    ...ioRoutes(control),
    ...serviceRoutes(control),
    ...logRoutes(control),
    ...eventRoutes(control),
    ...configRoutes(control),
    ...healthRoutes(control),
  ];
  return [...api, ...docsRoutes(api, version)];
}
