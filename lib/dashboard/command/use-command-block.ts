import { useStaleSince, useWorld } from '../host-context.ts';

/** Why no command can be given now, as a sentence; null: commands can be given. */
export function useCommandBlock(): string | null {
  const isStale = useStaleSince() !== null;
  const isReadOnly = useWorld((world) => world.session?.scope === 'read');
  if (isStale) return 'No commands without a connection to the host.';
  return isReadOnly ? 'Your token is read-only: it allows no commands.' : null;
}
