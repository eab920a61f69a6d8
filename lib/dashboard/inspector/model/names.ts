import type { Actor, Tape } from './tape.ts';

/** The sender of events that no actor has sent: commands, and what the host observes. */
export const OUTSIDE = 'outside';

/** What people call an actor: an effect is named with the actor that runs it. */
export function nameOf(tape: Tape, id: string | null): string {
  const actor = id === null ? null : tape.actor(id);
  if (id === null) return OUTSIDE;
  if (actor === null) return 'an actor that is no longer kept';
  if (actor.machine !== null) return ownName(actor);
  return `${nameOf(tape, actor.parentId)} › ${actor.name}`;
}

/** What it is called on its own. */
export function ownName({ name, machine }: Actor): string {
  return machine === 'supervisor' ? 'supervisor' : name;
}

/** The same in a tree, where there is little room: most actors are services. */
export function shortName(actor: Actor): string {
  return actor.machine === 'service' ? actor.name.replace(/^service:/, '') : ownName(actor);
}

/** The machine that an actor belongs to: itself, or the one that runs the effect; null: outside, or no longer kept. */
export function machineActorOf(tape: Tape, id: string | null): Actor | null {
  const actor = id === null ? null : tape.actor(id);
  if (actor === null || actor.machine !== null) return actor;
  return machineActorOf(tape, actor.parentId);
}
