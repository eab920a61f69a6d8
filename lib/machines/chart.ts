import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { causeOf } from '../model/causes.ts';

/** What triggers a transition. */
export type Trigger =
  | { readonly type: 'event'; readonly name: string }
  | { readonly type: 'after'; readonly delay: string }
  | { readonly type: 'always' }
  /** An effect finished; `src` is its name. */
  | { readonly type: 'done' | 'error'; readonly src: string };

export interface Transition {
  /** Dotted; empty: the machine itself, that is any state that does not handle the event differently. */
  readonly source: string;
  /** Null: it stays in its state and only runs actions. */
  readonly target: string | null;
  readonly trigger: Trigger;
  /** The trigger in the word that the journal uses for it as a cause. */
  readonly cause: string;
  /** With its parameters in brackets. */
  readonly guard: string | null;
}

export interface State {
  /** Dotted, without the machine name. */
  readonly path: string;
  readonly name: string;
  readonly type: AnyStateNode['type'];
  /** The path of its initial state; null: it has no states inside, or enters all of them. */
  readonly initial: string | null;
  /** It is left immediately: it only makes a decision. */
  readonly isChoice: boolean;
  /** The names of the effects that run in this state. */
  readonly effects: readonly string[];
  readonly states: readonly State[];
}

/** A machine as it is drawn: its states and transitions. */
export interface Chart {
  readonly name: string;
  readonly root: State;
  /** In source order; of those for one state and event, the first whose guard is true is taken. */
  readonly transitions: readonly Transition[];
}

/** What is drawn of a machine; reads its state nodes, in which targets are resolved. */
export function chartOf(machine: AnyStateMachine): Chart {
  const { root } = machine as { readonly root: AnyStateNode }; // a machine of any kind has states of any kind
  return { name: machine.id, root: stateOf(root), transitions: transitionsOf(root) };
}

/** All states of a chart except its root, each before those inside it. */
export function statesIn({ states }: State): readonly State[] {
  return states.flatMap((state) => [state, ...statesIn(state)]);
}

const pathOf = (node: AnyStateNode): string => node.path.join('.');

function childrenOf(node: AnyStateNode): readonly AnyStateNode[] {
  return Object.values(node.states as Readonly<Record<string, AnyStateNode>>); // of any kind, too
}

function stateOf(node: AnyStateNode): State {
  const begun = node.type === 'compound' ? (node.initial.target as readonly AnyStateNode[]) : []; // likewise
  return {
    path: pathOf(node),
    name: node.key,
    type: node.type,
    initial: begun[0] === undefined ? null : pathOf(begun[0]),
    isChoice: isChoice(node),
    effects: node.invoke.map(({ src }) => srcName(src)),
    states: childrenOf(node).map(stateOf),
  };
}

/** Whether one of its unconditional transitions is always taken: a choice in UML. */
function isChoice({ always, transitions, invoke }: AnyStateNode): boolean {
  const isLeft = always?.some(({ guard }) => guard === undefined) ?? false;
  return isLeft && transitions.size === 0 && invoke.length === 0;
}

type Definition = NonNullable<AnyStateNode['always']>[number];

function transitionsOf(node: AnyStateNode): readonly Transition[] {
  const byEvent = [...node.transitions.values()].flat() as readonly Definition[]; // of any event
  const own = [...(node.always ?? []), ...byEvent].map((definition) => transitionOf(node, definition));
  return [...own, ...childrenOf(node).flatMap(transitionsOf)];
}

function transitionOf(node: AnyStateNode, { eventType, target, guard }: Definition): Transition {
  const source = pathOf(node);
  const [to] = (target ?? []) as readonly AnyStateNode[]; // of any kind, too
  return {
    source,
    target: to === undefined ? null : pathOf(to),
    guard: guard === undefined ? null : guardName(guard),
    ...triggerOf(node, eventType as string), // of any event
  };
}

function triggerOf(node: AnyStateNode, eventType: string): Pick<Transition, 'trigger' | 'cause'> {
  if (eventType === '') return { trigger: { type: 'always' }, cause: isChoice(node) ? 'choice' : 'always' };
  const after = /^xstate\.after\.(.+)$/.exec(eventType)?.[1];
  if (after !== undefined) {
    return { trigger: { type: 'after', delay: after.slice(0, -node.id.length - 1) }, cause: 'deadline' };
  }
  const cause = causeOf(eventType);
  const [, end, id] = /^xstate\.(done|error)\.actor\.(.+)$/.exec(eventType) ?? [];
  const effect = node.invoke.find((invoked) => invoked.id === id);
  if (effect === undefined) return { trigger: { type: 'event', name: eventType }, cause: cause ?? eventType };
  const type = end === 'done' ? 'done' : 'error';
  return { trigger: { type, src: srcName(effect.src) }, cause: cause ?? `${pathOf(node)}.${type}` };
}

/** A guard as the charts here use it: a name with plain JSON parameters. */
function guardName(guard: NonNullable<Definition['guard']>): string {
  if (typeof guard === 'string') return guard;
  if (typeof guard === 'function') return guard.name;
  const params = Object.values(guard.params ?? {}).map(String);
  return params.length === 0 ? guard.type : `${guard.type}(${params.join(', ')})`;
}

function srcName(src: unknown): string {
  return typeof src === 'string' ? src : 'unnamed';
}
