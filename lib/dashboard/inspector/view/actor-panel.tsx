import { memo, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { formatRoute } from '../../world/route.ts';
import { useActorState, useInspection } from '../inspector-context.ts';
import type { Message } from '../model/message.ts';
import { nameOf } from '../model/names.ts';
import type { Actor, ActorState } from '../model/tape.ts';
import { HOST_ROW } from '../model/tree.ts';
import { routeOf } from './actor-route.ts';
import { ActorStateBadge } from './actor-state.tsx';
import { ChartTab } from './chart-tab.tsx';
import { JsonTree } from './json-tree.tsx';
import { PastTab } from './past-tab.tsx';

/** What the snapshot of an actor says besides its state. */
function factsOf({ text }: ActorState): Readonly<Record<string, unknown>> {
  const { snapshot } = JSON.parse(text) as Extract<Message, { readonly type: '@xstate.snapshot' }>; // every message with a state has one
  const { context, output, error } = snapshot;
  return { ...(context ?? {}), ...(output === undefined ? {} : { output }), ...(error === undefined ? {} : { error }) };
}

function ContextTab({ state }: { readonly state: ActorState }): ReactNode {
  const facts = useMemo(() => factsOf(state), [state]);
  if (Object.keys(facts).length === 0) return <p className="hint">This actor has no context.</p>;
  return (
    <div className="json-panel" role="region" aria-label="Context" tabIndex={0}>
      <p className="hint-line">Values that may be secret are masked as *** by the host.</p>
      <JsonTree value={facts} />
    </div>
  );
}

const TABS = ['chart', 'context', 'past'] as const;
type ActorTab = (typeof TABS)[number];
const TITLES: Readonly<Record<ActorTab, string>> = { chart: 'Statechart', context: 'Context', past: 'Past' };

function tabsOf({ machine }: Actor): readonly ActorTab[] {
  return machine === null ? ['context'] : TABS;
}

function ActorDetail({ actor, state }: { readonly actor: Actor; readonly state: ActorState }): ReactNode {
  const tape = useInspection(({ context }) => context.tape);
  const isRecording = useInspection(({ context }) => context.recording !== null);
  const [tab, setTab] = useState<ActorTab>('chart');
  const tabs = tabsOf(actor);
  const route = routeOf(actor);
  const name = nameOf(tape, actor.id);
  const shown = tabs.includes(tab) ? tab : 'context';
  return (
    <article className="actor-detail">
      <div className="thing-head">
        <h2>{name}</h2>
        <ActorStateBadge actor={actor} state={state} />
        <span className="actor-kind">{actor.machine === null ? 'effect' : actor.machine}</span>
        {route === null || isRecording ? null : <a href={`/ui/${formatRoute(route)}`}>In the dashboard</a>}
      </div>
      <Tabs
        className="tabs"
        selectedKey={shown}
        onSelectionChange={(key) => {
          const wanted = TABS.find((one) => one === key);
          if (wanted !== undefined) setTab(wanted);
        }}
      >
        <TabList className="tab-list" aria-label={`Details of ${name}`}>
          {tabs.map((one) => (
            <Tab key={one} id={one} className="tab">
              {TITLES[one]}
            </Tab>
          ))}
        </TabList>
        <TabPanel id="chart" className="tab-panel">
          <ChartTab actor={actor} state={state} />
        </TabPanel>
        <TabPanel id="context" className="tab-panel">
          <ContextTab state={state} />
        </TabPanel>
        <TabPanel id="past" className="tab-panel">
          <PastTab key={actor.id} actor={actor} />
        </TabPanel>
      </Tabs>
    </article>
  );
}

function HostPanel(): ReactNode {
  const health = useInspection(({ context }) => context.health);
  const isRecording = useInspection(({ context }) => context.recording !== null);
  return (
    <article className="actor-detail">
      <div className="thing-head">
        <h2>Host</h2>
      </div>
      <p className="hint">
        {isRecording
          ? 'A recording has the actors of the host; not its health.'
          : 'The host runs the supervisor, which runs agents and services, and one actor for each webhook. Choose an actor to see its statechart.'}
      </p>
      {health === null || isRecording ? null : (
        <div className="json-panel" role="region" aria-label="Health" tabIndex={0}>
          <JsonTree value={health} />
        </div>
      )}
    </article>
  );
}

/** The chosen actor at the shown moment. */
export const ActorPanel = memo(function ActorPanel({ id }: { readonly id: string | null }): ReactNode {
  return id === null || id === HOST_ROW ? <HostPanel /> : <ChosenActor id={id} />;
});

function ChosenActor({ id }: { readonly id: string }): ReactNode {
  const actor = useInspection(({ context }) => context.tape.actor(id));
  const state = useActorState(id);
  if (actor === null) return <p className="hint">This actor has ended, and nothing of it is kept.</p>;
  if (state === null) return <p className="hint">This actor did not exist at the shown moment.</p>;
  // Actors of the same machine have the same chart, which takes longer to draw than all else of them.
  return <ActorDetail key={actor.machine ?? 'effect'} actor={actor} state={state} />;
}
