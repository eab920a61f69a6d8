import { useMemo } from 'react';
import { useWorld } from '../host-context.ts';
import { useNow } from '../words/use-now.ts';
import { attentionOf, isAcknowledged } from '../../frontend/world/attention.ts';
import type { Attention } from '../../frontend/world/attention.ts';

/** A flapping service stops flapping by the clock alone; this is often enough to see it. */
const LOOK_MS = 10_000;

/** What needs attention now. */
export interface NeedsAttention {
  /** Why the host is degraded. */
  readonly causes: readonly { readonly reason: string; readonly since: string | null }[];
  readonly services: readonly Attention[];
  /** How many of all nobody has acknowledged. */
  readonly count: number;
}

/** What needs attention now: of the host, and of its services. */
export function useAttention(): NeedsAttention {
  const services = useWorld((world) => world.services);
  const health = useWorld((world) => world.health);
  const look = Math.floor(useNow(true) / LOOK_MS) * LOOK_MS;
  return useMemo(() => {
    const causes = health?.causes ?? (health?.reasons ?? []).map((reason) => ({ reason, since: null }));
    const found = attentionOf(services.values(), look);
    return { causes, services: found, count: causes.length + found.filter((one) => !isAcknowledged(one)).length };
  }, [services, health, look]);
}
