import { useDeferredValue, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { Resources } from '../detail/resources/resources.tsx';
import { Webhooks } from '../detail/webhooks/webhooks.tsx';
import { useWorld } from '../host-context.ts';
import { duration, localInstant } from '../words/time.ts';
import { useNow } from '../words/use-now.ts';
import { attentionHeading } from '../../frontend/world/attention.ts';
import type { NeedsAttention } from '../../frontend/world/attention.ts';
import { NO_FILTER } from '../../frontend/world/filter.ts';
import { groupsOf, reuseGroups } from '../../frontend/world/groups.ts';
import type { Group } from '../../frontend/world/groups.ts';
import { AttentionRow } from './attention-row.tsx';
import { GroupCard } from './overview.tsx';
import { StartAgent } from './start-agent.tsx';
import { useAttention } from './use-attention.ts';
import '../detail/detail.css';
import './home.css';

/** Each row asks the host for an explanation; the rest is shown when asked for. */
const MAX_ROWS = 40;

function Cause({ reason, since }: NeedsAttention['causes'][number]): ReactNode {
  const now = useNow(true);
  return (
    <li className="attention is-failed">
      <div className="attention-head">
        <b>Host degraded</b>
        <span className="quiet">
          {since === null
            ? 'since an unknown time'
            : `since ${localInstant(since, now)} (${duration(now - Date.parse(since))})`}
        </span>
      </div>
      <p className="reason">{reason}</p>
    </li>
  );
}

function AttentionList({ needs }: { readonly needs: NeedsAttention }): ReactNode {
  const [isWhole, setWhole] = useState(false);
  const { causes, services } = needs;
  if (causes.length + services.length === 0) return null;
  const shown = isWhole ? services : services.slice(0, MAX_ROWS);
  const more = services.length - shown.length;
  return (
    <>
      <ul className="attentions" aria-label="Needs attention">
        {causes.map((cause) => (
          <Cause key={cause.reason} {...cause} />
        ))}
        {shown.map(({ kind, service }) => (
          <AttentionRow key={service.id} kind={kind} service={service} />
        ))}
      </ul>
      {more === 0 ? null : (
        <p>
          <Button
            className="button"
            onPress={() => {
              setWhole(true);
            }}
          >
            Show {more} more
          </Button>
        </p>
      )}
    </>
  );
}

/** The groups without what is listed above them. */
function useOthers({ services: listed }: NeedsAttention): readonly Group[] {
  const world = useDeferredValue(useWorld((now) => now));
  const before = useRef<readonly Group[]>([]);
  return useMemo(() => {
    const ids = new Set(listed.map(({ service }) => service.id));
    const groups = groupsOf(world, NO_FILTER)
      .map((group) => ({ ...group, services: group.services.filter(({ id }) => !ids.has(id)) }))
      .filter(({ services }) => services.length > 0);
    return (before.current = reuseGroups(before.current, groups));
  }, [world, listed]);
}

/** On a host without agents, what to do; otherwise out of the way. */
function NewAgent(): ReactNode {
  const agents = useWorld((world) => world.agents.size);
  if (agents > 0) {
    return (
      <details className="start-another">
        <summary>Start another agent</summary>
        <StartAgent />
      </details>
    );
  }
  return (
    <section aria-labelledby="first-title">
      <h3 id="first-title">Start the first agent</h3>
      <p>
        An agent is a bundle of services that this host starts from one YAML file, keeps running, and starts again after
        a restart of the machine. <a href="/docs">The API</a> and <code>coredinator agents start FILE</code> do the
        same. Services of the host itself come from its <code>coredinator.yaml</code>.
      </p>
      <StartAgent />
    </section>
  );
}

/** The home of the page: what is wrong, then everything else. */
export function Home(): ReactNode {
  const health = useWorld((world) => world.health);
  const total = useWorld((world) => world.services.size);
  const needs = useAttention();
  const others = useOthers(needs);
  if (health === null) return <p className="hint">Loading…</p>;
  return (
    <article className="thing">
      <h2>{attentionHeading(needs, total)}</h2>
      <AttentionList needs={needs} />
      {others.length === 0 ? null : (
        <section aria-labelledby="others-title">
          <h3 id="others-title">{needs.services.length === 0 ? 'All services' : 'All other services'}</h3>
          <div className="group-cards">
            {others.map((group) => (
              <GroupCard key={group.key} group={group} />
            ))}
          </div>
        </section>
      )}
      <NewAgent />
      <Webhooks />
      <Resources id={null} />
    </article>
  );
}
