import { serviceActorId } from '../../actors/service/context.ts';
import type { AgentPlan, ServiceSpec } from '../../model/spec.ts';
import type { AgentId, ServiceId } from '../../model/values/ids.ts';
import { serviceRef, serviceRefs } from '../actors.ts';
import { Wishes } from '../intentions.ts';
import type { Runtime } from '../runtime.ts';

/** The services of an agent that no wish speaks of any more once it has this plan (null: once it is gone), whatever was done to them by hand. */
export function orphansOf(wishes: Wishes, id: AgentId, next: AgentPlan | null): readonly ServiceSpec[] {
  const dropped = (wishes.agent(id)?.plan.services ?? []).filter(
    (spec) => next?.services.some((one) => one.id === spec.id) !== true,
  );
  if (dropped.length === 0) return []; // so that the start of an agent does not cost more the more agents there are
  const others = wishes.agents().filter(({ plan }) => plan.id !== id);
  const held = wishes.services().filter(({ holder }) => holder !== null);
  const seats = new Wishes([...others, ...held]).seats();
  return dropped.filter((spec) => !seats.has(spec.id));
}

/** A service that nobody speaks of any more goes out of sight when its process is gone. */
export async function forgetWhenGone({ root, changes, wishes }: Runtime, id: ServiceId): Promise<void> {
  const actorId = serviceActorId(id);
  await changes.until(actorId, () => {
    const now = serviceRef(root, id)?.getSnapshot();
    return now === undefined || (now.context.holders.length === 0 && now.matches('stopped'));
  });
  if (!wishes.seats().has(id)) root.send({ type: 'supervisor.remove', actorId });
}

/** The same for what an earlier host did not get to: of these services nothing is left but their actors. */
export function forgetLeftovers(runtime: Runtime): void {
  const seats = runtime.wishes.seats();
  for (const ref of serviceRefs(runtime.root)) {
    const { id } = ref.getSnapshot().context.spec;
    if (!seats.has(id)) void forgetWhenGone(runtime, id);
  }
}
