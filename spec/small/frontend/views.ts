import type { AgentView } from '../../../lib/api/schemas/agent.ts';
import type { EventView } from '../../../lib/api/schemas/event.ts';
import type { HealthView } from '../../../lib/api/schemas/host.ts';
import type { ServiceView } from '../../../lib/api/schemas/service.ts';
import type { SessionView } from '../../../lib/api/schemas/session.ts';
import * as fake from '../../support/control/fake-control.ts';

/** An instant so many seconds after a fixed one. */
export function instant(seconds: number): string {
  return new Date(Date.UTC(2026, 0, 2, 3, 4, seconds)).toISOString();
}

/** A running service of that id. */
export function serviceOf(id: string, more: Partial<ServiceView> = {}): ServiceView {
  return { ...fake.serviceView(id), since: instant(0), ...more };
}

/** A running agent of that id. */
export function agentOf(id: string, more: Partial<AgentView> = {}): AgentView {
  const services = [`${id}-coreio`, `${id}-corerl`];
  const as = {
    type: 'default',
    state: 'running',
    intended_state: 'running',
    config_path: null,
    reason: null,
    reason_code: null,
  } as const;
  return { id, ...as, services, since: instant(0), ...more };
}

/** A state change of pump1-corerl. */
export function eventOf(more: Partial<EventView>): EventView {
  const what = { seq: 1, at: instant(1), type: 'service.state_changed', service_id: 'pump1-corerl' };
  return { ...what, cause: 'process.exited', correlation_id: null, detail: {}, ...more };
}

export function healthOf(): HealthView {
  return { status: 'healthy', process_id: 1, service: 'coredinator', name: 'Plant 7', version: '0.1.0' };
}

/** What is read of the host with everything else. */
export function hostOf(): { readonly health: HealthView; readonly session: SessionView } {
  return { health: healthOf(), session: { signed_in_by: null, scope: 'full' } };
}
