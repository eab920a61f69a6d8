import { memo, useCallback, useMemo, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Collection, ListLayout, Tree, TreeItem, TreeItemContent, Virtualizer } from 'react-aria-components';
import type { ServiceView } from '../../api/schemas/service.ts';
import { StateMark } from '../words/state-badge.tsx';
import type { Group } from '../world/groups.ts';
import type { Route } from '../world/route.ts';

const LAYOUT = { rowSize: 28 };
const SHARED_NAMES = { shared: 'Shared services', host: 'Host services' } as const;

function routeOf(key: string): Route | null {
  const [type, ...rest] = key.split(':');
  const id = rest.join(':');
  if (type === 'agent') return { type, id };
  return type === 'service' ? { type, id, tab: 'overview' } : null;
}

function ServiceItem({ service }: { readonly service: ServiceView }): ReactNode {
  const { id, state } = service;
  return (
    <TreeItem id={`service:${id}`} textValue={`${id}, ${state}`} className="row row-service">
      <TreeItemContent>
        <div className="row-content">
          <StateMark state={state} />
          <span className="row-name">{id}</span>
          <span className={`row-state is-${state}`}>{state}</span>
        </div>
      </TreeItemContent>
    </TreeItem>
  );
}

function GroupItem({ group }: { readonly group: Group }): ReactNode {
  const name = group.type === 'agent' ? group.id : SHARED_NAMES[group.type];
  const state = group.type === 'agent' ? group.agent.state : null;
  return (
    <TreeItem id={group.key} textValue={state === null ? name : `${name}, ${state}`} className="row row-group">
      <TreeItemContent>
        <div className="row-content">
          <Button slot="chevron" className="chevron" aria-label={`Services of ${name}`}>
            <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
              <path d="M6 4l4 4-4 4" fill="none" stroke="currentColor" strokeWidth="2" />
            </svg>
          </Button>
          {state === null ? null : <StateMark state={state} />}
          <span className="row-name">{name}</span>
          {state === null ? null : <span className={`row-state is-${state}`}>{state}</span>}
        </div>
      </TreeItemContent>
      <Collection items={group.services}>{(service) => <ServiceItem service={service} />}</Collection>
    </TreeItem>
  );
}

interface RowsProps {
  readonly groups: readonly Group[];
  readonly picked: string | null;
  readonly closed: ReadonlySet<string>;
  readonly onPick: (key: string) => void;
  readonly onClosed: (closed: ReadonlySet<string>) => void;
}

const Rows = memo(function Rows({ groups, picked, closed, onPick, onClosed }: RowsProps): ReactNode {
  const expanded = useMemo(() => groups.map(({ key }) => key).filter((key) => !closed.has(key)), [groups, closed]);
  return (
    <Virtualizer layout={ListLayout} layoutOptions={LAYOUT}>
      <Tree
        className="tree"
        aria-label="Agents and services"
        items={groups}
        selectionMode="single"
        selectionBehavior="replace"
        disallowEmptySelection
        selectedKeys={picked === null ? [] : [picked]}
        expandedKeys={expanded}
        onExpandedChange={(keys) => {
          onClosed(new Set(groups.map(({ key }) => key).filter((key) => !keys.has(key))));
        }}
        onSelectionChange={(keys) => {
          const [key] = keys === 'all' ? [] : keys;
          if (key !== undefined) onPick(String(key));
        }}
        renderEmptyState={() => <p className="hint">Nothing fits.</p>}
      >
        {(group) => <GroupItem group={group} />}
      </Tree>
    </Virtualizer>
  );
});

interface ListTreeProps {
  readonly groups: readonly Group[];
  /** The key of the chosen row. */
  readonly chosen: string | null;
  readonly onChoose: (route: Route) => void;
}

/** The rows: only those in view are in the document. Arrow keys move, left and right close and open a group. */
export function ListTree({ groups, chosen, onChoose }: ListTreeProps): ReactNode {
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const choose = useCallback(
    (key: string) => {
      const route = routeOf(key);
      if (route !== null) onChoose(route);
    },
    [onChoose],
  );
  return <Rows groups={groups} picked={chosen} closed={closed} onPick={choose} onClosed={setClosed} />;
}
