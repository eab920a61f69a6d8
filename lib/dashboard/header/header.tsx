import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import { ReloadButton } from '../configuration/reload-button.tsx';
import { useFeed, useStaleSince, useWorld } from '../host-context.ts';
import { ReportButton } from '../report/report-button.tsx';
import { counted } from '../../frontend/words/amount.ts';
import { localInstant } from '../words/time.ts';
import { SignOut } from './sign-out.tsx';
import './header.css';

function Connection(): ReactNode {
  const feed = useFeed((now) => now);
  const { context } = feed;
  if (context.lostAt !== null) {
    return (
      <span className="connection connection-lost" title={context.problem ?? undefined}>
        <span aria-hidden="true">▲</span> Reconnecting since {localInstant(context.lostAt, Date.now())}
      </span>
    );
  }
  const isLive = feed.matches({ following: 'live' });
  return (
    <span className={isLive ? 'connection connection-live' : 'connection'}>
      <span aria-hidden="true">{isLive ? '●' : '○'}</span> {isLive ? 'Live' : 'Connecting'}
    </span>
  );
}

function Health(): ReactNode {
  const health = useWorld((world) => world.health);
  const isStale = useStaleSince() !== null;
  if (health === null) return null;
  const reasons = health.reasons?.length ?? 0;
  return (
    <>
      <span className={`health health-${health.status}`}>
        <span aria-hidden="true">{isStale ? '○' : health.status === 'healthy' ? '●' : '▲'}</span> Host{' '}
        {isStale ? `was ${health.status}` : health.status}
      </span>
      {reasons === 0 ? null : <a href="#/">{counted(reasons, 'reason')}</a>}
      <span className="fact">version {health.version}</span>
      <span className="fact">pid {health.process_id}</span>
    </>
  );
}

/** Shown only to those who can command nothing. */
function ReadOnly(): ReactNode {
  const isReadOnly = useWorld((world) => world.session?.scope === 'read');
  return isReadOnly ? <span className="read-only">Read-only</span> : null;
}

const EVERYTHING = { agent: null, service: null };

interface HeaderProps {
  /** On a small screen: whether the list is shown in place of the details. */
  readonly isListOpen: boolean;
  readonly onList: (isOpen: boolean) => void;
  readonly onKeys: (isOpen: boolean) => void;
}

/** The name and the status of the host. */
export function Header({ isListOpen, onList, onKeys }: HeaderProps): ReactNode {
  const name = useWorld((world) => world.health?.name ?? 'Coredinator');
  return (
    <header className="header">
      <h1>
        <a href="#/">{name}</a>
      </h1>
      <Button
        className="button list-button"
        aria-expanded={isListOpen}
        onPress={() => {
          onList(!isListOpen);
        }}
      >
        {isListOpen ? 'Close the list' : 'Agents and services'}
      </Button>
      <div className="header-facts">
        <Health />
        <ReadOnly />
      </div>
      <nav className="header-links" aria-label="Pages and tools">
        <a href="#/timeline">Timeline</a>
        <a href="/inspector">Inspector</a>
        <a href="/docs">API</a>
        <ReloadButton />
        <ReportButton subject={EVERYTHING} label="Report" className="link-button" />
        <Button
          className="link-button"
          onPress={() => {
            onKeys(true);
          }}
        >
          Keys
        </Button>
      </nav>
      <div role="status">
        <Connection />
      </div>
      <SignOut />
    </header>
  );
}
