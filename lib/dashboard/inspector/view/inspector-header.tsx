import { memo, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import { localInstant, localPeriod } from '../../words/time.ts';
import { useInspection } from '../inspector-context.ts';
import { RecordingControls } from './recording-controls.tsx';

function Connection(): ReactNode {
  const lostAt = useInspection(({ context }) => context.lostAt);
  const problem = useInspection(({ context }) => context.problem);
  const isOpen = useInspection((snapshot) => snapshot.matches({ source: { live: { connected: 'open' } } }));
  const isRefused = useInspection((snapshot) => snapshot.matches({ source: { live: 'refused' } }));
  if (isRefused) {
    return (
      <span className="connection connection-lost">
        <span aria-hidden="true">▲</span> {problem ?? 'The host requires a sign-in.'} <a href="/inspector">Sign in</a>
      </span>
    );
  }
  if (isOpen) {
    return (
      <span className="connection connection-live">
        <span aria-hidden="true">●</span> Live
      </span>
    );
  }
  const words =
    lostAt === null ? 'Connecting' : `No connection since ${localInstant(lostAt, Date.now())}; trying again.`;
  return (
    <span className={lostAt === null ? 'connection' : 'connection connection-lost'}>
      <span aria-hidden="true">{lostAt === null ? '○' : '▲'}</span> {words} {problem}
    </span>
  );
}

/** The recording that is shown in place of a host. */
function RecordingLabel(): ReactNode {
  const recording = useInspection(({ context }) => context.recording);
  if (recording === null) return null;
  const { host, startedAt, endedAt } = recording;
  const [from, to] = localPeriod(Date.parse(startedAt), Date.parse(endedAt), Date.now());
  return (
    <p className="recording-label">
      Recording of <b>{host.name}</b> (version {host.version}) from {from} to {to}. Nothing here is live.
    </p>
  );
}

/** The name of the host, the connection, and the ways to other pages. */
export const InspectorHeader = memo(function InspectorHeader({ hostName }: { readonly hostName: string }): ReactNode {
  const isRecording = useInspection(({ context }) => context.recording !== null);
  return (
    <header className="header">
      <h1>
        <a href="/ui/">{hostName}</a> <span className="header-what">inspector</span>
      </h1>
      <div className="header-facts" role="status">
        {isRecording ? <RecordingLabel /> : <Connection />}
      </div>
      <RecordingControls />
      <nav className="header-links" aria-label="Other pages">
        <a href="/ui/">Dashboard</a>
        <a href="/docs">API</a>
        <a href="/inspector/stately">Stately inspector</a>
      </nav>
      <FinishedFile />
    </header>
  );
});

/** Hands a finished recording to the browser as a file, once, and leaves a link to it. */
function FinishedFile(): ReactNode {
  const file = useInspection(({ context }) => context.file);
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    const element = link.current;
    if (file === null || element === null) return undefined;
    const url = URL.createObjectURL(new Blob([file.text], { type: 'application/json' }));
    element.href = url;
    element.click();
    return () => {
      URL.revokeObjectURL(url);
    };
  }, [file]);
  if (file === null) return null;
  return (
    <p className="recording-file">
      Recorded:{' '}
      <a ref={link} download={file.name}>
        {file.name}
      </a>
    </p>
  );
}
