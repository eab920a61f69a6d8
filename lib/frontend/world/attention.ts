import type { HealthView } from '../../api/schemas/host.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { counted } from '../words/amount.ts';
import { standingOf } from './standing.ts';
import type { Standing } from './standing.ts';

/** Why a service needs attention, by urgency. */
const KINDS = ['failed', 'doubt', 'flapping', 'backoff', 'unready'] as const;
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
  if (standing === 'failed' || standing === 'doubt') return standing;
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
function beginOf({ kind, service: { since, flapping, doubt } }: Attention): string {
  if (kind === 'doubt') return doubt?.since ?? since;
  return kind === 'flapping' ? (flapping?.since ?? since) : since;
}

/** The colour of a kind: flapping has none of its own. */
export function standingOfKind(kind: AttentionKind): Standing {
  return kind === 'flapping' ? 'backoff' : kind;
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

/** That a service flaps, as a sentence with the instant as the host has it. */
export function flappingSentence({ restarts, exact, since, threshold }: NonNullable<ServiceView['flapping']>): string {
  return `Flapping: ${exact ? '' : 'at least '}${restarts} restarts since ${since} (more than ${threshold} in an hour).`;
}

/** That it is not known whether the process of a service lives, as a sentence with the instant as the host has it. */
export function doubtSentence({ since, reason }: NonNullable<ServiceView['doubt']>): string {
  return `In doubt: not known since ${since} whether its process is still running: ${reason}.`;
}

/** What happens next to a service without a deadline or a condition. */
export function nothingNext({ doubt }: Pick<ServiceView, 'doubt'>): string {
  if (doubt === null) return 'Nothing happens by itself: it stays as it is until a command, or until its process ends.';
  return 'Nothing is launched in its place until it is known whether its process is still running, or until a command.';
}

/** The end that a flapping service is likely to have again; null: unknown. */
export function exitBefore({ state, last_exit: exit }: ServiceView): string | null {
  if (state !== 'running' || exit === null) return null;
  return exit.signal ?? (exit.code === null ? null : String(exit.code));
}

/** What needs attention now. */
export interface NeedsAttention {
  /** Why the host is degraded. */
  readonly causes: readonly { readonly reason: string; readonly since: string | null }[];
  readonly services: readonly Attention[];
  /** How many of all nobody has acknowledged. */
  readonly count: number;
}

/** What needs attention at an instant: of the host, and of these services. */
export function needsAttention(
  services: Iterable<ServiceView>,
  health: HealthView | null,
  now: number,
): NeedsAttention {
  const causes = health?.causes ?? (health?.reasons ?? []).map((reason) => ({ reason, since: null }));
  const found = attentionOf(services, now);
  return { causes, services: found, count: causes.length + found.filter((one) => !isAcknowledged(one)).length };
}

/** In one line: how much needs attention, of how much. */
export function attentionHeading({ causes, services, count }: NeedsAttention, total: number): string {
  const all = causes.length + services.length;
  if (all === 0) return total === 0 ? 'No services yet' : `Nothing needs attention: ${counted(total, 'service')}`;
  const needs = all === 1 ? 'needs' : 'need';
  const seen = all === count ? '' : `, ${all - count} acknowledged`;
  return `${all} ${needs} attention${seen}`;
}
