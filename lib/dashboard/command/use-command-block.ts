import { commandBlock } from '../../frontend/command/block.ts';
import { useStaleSince, useWorld } from '../host-context.ts';

/** Why no command can be given now, as a sentence; null: commands can be given. */
export function useCommandBlock(): string | null {
  const isStale = useStaleSince() !== null;
  const session = useWorld((world) => world.session);
  return commandBlock({ isStale, session });
}
