import { useMemo } from 'react';
import { needsAttention } from '../../frontend/world/attention.ts';
import type { NeedsAttention } from '../../frontend/world/attention.ts';
import { useWorld } from '../host-context.ts';
import { useNow } from '../words/use-now.ts';

/** A flapping service stops flapping by the clock alone; this is often enough to see it. */
const LOOK_MS = 10_000;

/** What needs attention now: of the host, and of its services. */
export function useAttention(): NeedsAttention {
  const services = useWorld((world) => world.services);
  const health = useWorld((world) => world.health);
  const look = Math.floor(useNow(true) / LOOK_MS) * LOOK_MS;
  return useMemo(() => needsAttention(services.values(), health, look), [services, health, look]);
}
