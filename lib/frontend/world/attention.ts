import type { ServiceView } from '../../api/schemas/service.ts';
import { standingOf } from './standing.ts';

/** Why a service needs attention, by urgency. */
const KINDS = ['failed', 'flapping', 'backoff', 'unready'] as const;
export type AttentionKind = (typeof KINDS)[number];

/** A service that needs attention. */
export interface Attention {
  readonly kind: AttentionKind;
  readonly service: ServiceView;
}

/** The restarts of a service that flaps now; null: it does not, or no longer. */
export function flappingNow({ flapping }: ServiceView, now: number): ServiceView['flapping'] {
  return flapping !== null && Date.parse(flapping.until) > now ? flapping : null;
}

function kindOf(service: ServiceView, now: number): AttentionKind | null {
  const standing = standingOf(service);
  if (standing === 'failed') return standing;
  // Whatever its state is at this moment: it would change its place in the list with each restart.
  if (flappingNow(service, now) !== null && service.intended_state === 'running') return 'flapping';
  return standing === 'backoff' || standing === 'unready' ? standing : null;
}

/** Those that nobody has acknowledged first, then by urgency, then the latest first. */
function compare(one: Attention, other: Attention): number {
  const acknowledged = Number(isAcknowledged(one)) - Number(isAcknowledged(other));
  const urgency = KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind);
  return acknowledged || urgency || beginOf(other).localeCompare(beginOf(one));
}

/** When it began. */
function beginOf({ kind, service: { since, flapping } }: Attention): string {
  return kind === 'flapping' ? (flapping?.since ?? since) : since;
}

/** Whether somebody has said that they have seen it. */
export function isAcknowledged({ service }: Attention): boolean {
  return service.acknowledgement !== null;
}

/** The services that need attention, the most urgent first. */
export function attentionOf(services: Iterable<ServiceView>, now: number): readonly Attention[] {
  const found: Attention[] = [];
  for (const service of services) {
    const kind = kindOf(service, now);
    if (kind !== null) found.push({ kind, service });
  }
  return found.sort(compare);
}
