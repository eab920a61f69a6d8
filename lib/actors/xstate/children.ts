import { createActor, type AnyActor, type AnyActorRef, type AnyStateMachine, type InputFrom } from 'xstate';

export interface ChildOptions<Logic extends AnyStateMachine> {
  /** Its id below its parent, and in the system. */
  readonly id: string;
  /** The name of its machine in the setup of the parent. */
  readonly src: string;
  readonly input: InputFrom<Logic>;
}

/**
 * Creates a child of `parent` and returns it; the caller starts it. For the resolution of an action of the parent's
 * machine, where XState itself creates actors too. It does what `spawn` does, but enters the child in the parent's map
 * of children, where `spawn` copies the map: with 1,000 services that copy was half of what XState needed for a start,
 * and it grows with the number of children. Snapshots of the parent share the map, so those taken before contain the
 * child as well.
 */
export function addChild<Logic extends AnyStateMachine>(
  parent: AnyActorRef,
  logic: Logic,
  { id, src, input }: ChildOptions<Logic>,
): AnyActor {
  // The options of a generic machine cannot be checked: whether `input` is required depends on the machine.
  const options = { id, systemId: id, src, parent, input } as never;
  const child = createActor(logic, options);
  const children = childrenOf(parent);
  children[id] = child;
  lists.delete(children);
  return child;
}

type Children = Readonly<Record<string, AnyActorRef | undefined>>;

/** The children of a map by `src`. Only `addChild` changes a map: XState copies it for a spawn or a stop. */
const lists = new WeakMap<Children, Map<string, readonly AnyActorRef[]>>();

/** The children of an actor that have this `src`, in creation order; the same array as long as they are the same. */
export function childrenOfSrc(parent: AnyActorRef, src: string): readonly AnyActorRef[] {
  const children: Children = childrenOf(parent);
  let bySrc = lists.get(children);
  if (bySrc === undefined) lists.set(children, (bySrc = new Map<string, readonly AnyActorRef[]>()));
  let list = bySrc.get(src);
  if (list === undefined) {
    list = Object.values(children).filter((child): child is AnyActorRef => child?.src === src);
    bySrc.set(src, list);
  }
  return list;
}

/** The children of an actor by id; the map that its snapshots share. */
export function childrenOf(parent: AnyActorRef): Record<string, AnyActorRef | undefined> {
  const { children } = parent.getSnapshot() as { readonly children: Record<string, AnyActorRef | undefined> }; // of a machine
  return children;
}
