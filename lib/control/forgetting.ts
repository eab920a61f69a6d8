import { serviceActorId } from '../actors/service/record.ts';
import type { ServiceId } from '../model/ids.ts';
import { serviceRef, serviceRefs } from './actors.ts';
import type { CommandDeps } from './command-deps.ts';

type Deps = Pick<CommandDeps, 'root' | 'changes' | 'wishes'>;

/** A service that nobody speaks of any more goes out of sight when its process is gone. */
export async function forgetWhenGone({ root, changes, wishes }: Deps, id: ServiceId): Promise<void> {
  const actorId = serviceActorId(id);
  await changes.until(actorId, () => {
    const now = serviceRef(root, id)?.getSnapshot();
    return now === undefined || (now.context.holders.length === 0 && now.matches('stopped'));
  });
  if (!wishes.seats().has(id)) root.send({ type: 'supervisor.remove', actorId });
}

/** The same for what an earlier host did not get to: of these services nothing is left but their actors. */
export function forgetLeftovers(deps: Deps): void {
  const seats = deps.wishes.seats();
  for (const ref of serviceRefs(deps.root)) {
    const { id } = ref.getSnapshot().context.spec;
    if (!seats.has(id)) void forgetWhenGone(deps, id);
  }
}
