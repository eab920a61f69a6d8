import type { ReactNode } from 'react';
import { useFeed, useStaleSince, useWorld } from '../host-context.ts';
import { localInstant } from '../words/time.ts';
import './stale-banner.css';

/** Says that everything on the page may be outdated, and since when; nothing while there is a connection. */
export function StaleBanner(): ReactNode {
  const since = useStaleSince();
  const problem = useFeed((feed) => feed.context.problem);
  const name = useWorld((world) => world.health?.name ?? 'the host');
  if (since === null) return null;
  const at = new Date(since).toISOString();
  return (
    <p className="stale-banner" role="alert">
      <b>
        No connection to {name} since {localInstant(at, Date.now())}.
      </b>{' '}
      All below is from then and may have changed. Commands are off; the page reconnects by itself.
      {problem === null ? null : <span className="stale-problem"> {problem}</span>}
    </p>
  );
}
