import type { HealthView } from '../../api/schemas/host.ts';
import { isoOf } from '../../model/values/time.ts';
import type { Runtime } from '../runtime.ts';

/** Whether the host can do all of its work; if not, why, and since when. */
export function healthView({ ports: { identity, health }, notices: kept }: Runtime): HealthView {
  const { name, processId, version } = identity;
  const base = { process_id: processId, service: 'coredinator', name, version } as const;
  const found = health.causes();
  if (found.length === 0) return { status: 'healthy', ...base };
  const reasons = found.map(({ reason }) => reason);
  const causes = found.map(({ reason, since }) => ({ reason, since: isoOf(since) }));
  const notices = kept.all().map((notice) => ({ ...notice, at: isoOf(notice.at) }));
  return { status: 'degraded', ...base, reasons, causes, ...(notices.length > 0 ? { notices } : {}) };
}
