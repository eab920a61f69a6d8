import { memo, useMemo } from 'react';
import type { ReactNode } from 'react';
import type { Group } from '../../frontend/world/groups.ts';
import { GROUP_NAMES } from '../../frontend/world/groups.ts';
import { formatRoute } from '../world/route.ts';
import { shortIds } from '../../frontend/world/short-ids.ts';
import { standingOf, wordsOf } from '../../frontend/world/standing.ts';
import { counted } from '../../frontend/words/amount.ts';
import { StateMark } from '../words/state-badge.tsx';

/** More services of one group are in the list. */
const MAX_SHOWN = 48;

function GroupHead({ group }: { readonly group: Group }): ReactNode {
  if (group.type !== 'agent') return <h4>{GROUP_NAMES[group.type]}</h4>;
  return (
    <h4 className={`is-${group.standing}`}>
      <StateMark state={group.standing} /> <a href={formatRoute({ type: 'agent', id: group.id })}>{group.id}</a>{' '}
      <span className="row-state">{wordsOf(group.standing)}</span>
    </h4>
  );
}

/** A group of services, each with its state. */
export const GroupCard = memo(function GroupCard({ group }: { readonly group: Group }): ReactNode {
  const names = useMemo(() => shortIds(group.services.map(({ id }) => id)), [group]);
  const shown = group.services.slice(0, MAX_SHOWN);
  const more = group.services.length - shown.length;
  return (
    <section className="group-card" aria-label={group.type === 'agent' ? group.id : GROUP_NAMES[group.type]}>
      <GroupHead group={group} />
      <ul>
        {shown.map((service) => (
          <li key={service.id} className={`is-${standingOf(service)}`}>
            <StateMark state={standingOf(service)} />{' '}
            <a href={formatRoute({ type: 'service', id: service.id, tab: 'overview' })} title={service.id}>
              {names.get(service.id)}
            </a>{' '}
            <span className="row-state">{wordsOf(standingOf(service))}</span>
          </li>
        ))}
      </ul>
      {more === 0 ? null : <p className="quiet">and {counted(more, 'more service')}, which the list has</p>}
    </section>
  );
});
