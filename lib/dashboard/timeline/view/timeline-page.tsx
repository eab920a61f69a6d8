import { useCallback, useMemo } from 'react';
import type { ReactNode } from 'react';
import { useWorld } from '../../host-context.ts';
import { useFilter } from '../../list/use-filter.ts';
import { counted } from '../../../frontend/words/amount.ts';
import { matchesFilter, NO_FILTER } from '../../../frontend/world/filter.ts';
import { groupsOf } from '../../../frontend/world/groups.ts';
import { formatRoute } from '../../world/route.ts';
import { shortIds } from '../../../frontend/world/short-ids.ts';
import { Timeline } from './timeline.tsx';
import { useTimeline, useTimelinePart } from './use-timeline.ts';

const PATH = formatRoute({ type: 'timeline' });

/** The services in the order of the list, and after them those that the host no longer has. */
function useLanes(gone: readonly string[]): readonly string[] {
  const [filter] = useFilter();
  const world = useWorld((now) => now);
  const shown = useMemo(() => {
    const known = groupsOf(world, filter).flatMap(({ services }) => services.map(({ id }) => id));
    const text = filter.text.toLowerCase();
    const past = filter.standings.length > 0 ? [] : gone.filter((id) => id.toLowerCase().includes(text));
    return [...new Set([...known, ...past])].join(',');
  }, [world, filter, gone]);
  return useMemo(() => (shown === '' ? [] : shown.split(',')), [shown]);
}

const NONE: readonly string[] = [];

/** All services of the host over time; the filter of the list chooses among them. */
export function TimelinePage(): ReactNode {
  const actor = useTimeline(null, PATH);
  const gone = useTimelinePart(actor, ({ context }) => context.lanes?.gone ?? NONE);
  const ids = useLanes(gone);
  const [filter, setFilter] = useFilter();
  const hidden = useWorld(({ services }) => [...services.values()].filter((one) => !matchesFilter(filter, one)).length);
  const short = useMemo(() => shortIds(ids), [ids]);
  const nameOf = useCallback((id: string) => short.get(id) ?? id, [short]);
  return (
    <article className="thing">
      <div className="thing-head">
        <h2>Timeline</h2>
        {hidden === 0 ? null : (
          <span className="hint-inline">
            The filter of the list hides {counted(hidden, 'service')}.{' '}
            <button
              type="button"
              className="link-button"
              onClick={() => {
                setFilter(NO_FILTER);
              }}
            >
              Show all
            </button>
          </span>
        )}
      </div>
      <Timeline {...{ actor, ids, nameOf }} path={PATH} subject={null} />
    </article>
  );
}
