import { useEffect, useMemo, useRef, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { SnapshotFrom } from 'xstate';
import type { ServiceView } from '../../../../api/schemas/service.ts';
import { useHash } from '../../../route.ts';
import { counted } from '../../../../frontend/words/amount.ts';
import { Problem } from '../../../words/problem.tsx';
import { dayOf, localInstant } from '../../../words/time.ts';
import type { logMachine } from '../../../../frontend/logs/machine.ts';
import type { Search } from '../../../../frontend/logs/search-machine.ts';
import { formatLogAddress, parseLogAddress } from '../model/address.ts';
import type { LineAddress, LogSource } from '../../../../frontend/logs/source.ts';
import type { LogAddress } from '../model/address.ts';
import { startOf } from '../../../../frontend/logs/window.ts';
import { LogBar } from './log-bar.tsx';
import type { Look } from './log-bar.tsx';
import { LogList } from './log-list.tsx';
import { SearchBar } from './search-bar.tsx';
import { useMachines } from './use-machines.ts';
import './logs.css';

function showSource(source: LogSource): void {
  window.location.hash = formatLogAddress({ ...source, line: null });
}

/** What the address says; parts that have not changed stay the same objects. */
function useLogAddress(id: string): { readonly source: LogSource; readonly line: LineAddress | null } {
  const hash = useHash();
  const address = useMemo(() => parseLogAddress(id, hash), [id, hash]);
  const key = formatLogAddress({ ...address, line: null });
  const source = useMemo<LogSource>(() => sourceOf(parseLogAddress(id, key)), [id, key]);
  return { source, line: address.line };
}

function sourceOf({ ids, stream, generation }: LogAddress): LogSource {
  return { ids, stream, generation };
}

function Away({ lostAt, problem }: { readonly lostAt: number; readonly problem: string | null }): ReactNode {
  return (
    <p className="log-away" role="status">
      <strong>No connection to the host since {localInstant(lostAt, Date.now())}.</strong> Below is what was read until
      then; it continues by itself when the host is back.{problem === null ? '' : ` ${problem}`}
    </p>
  );
}

function placeWords(log: SnapshotFrom<typeof logMachine>): string {
  if (log.matches({ shown: { paging: 'older' } })) return 'Reading older lines…';
  if (log.matches({ shown: { paging: 'newer' } })) return 'Reading newer lines…';
  if (!log.matches('shown')) return 'Reading…';
  if (log.context.lostAt !== null) return 'Waiting for the host';
  return log.matches({ shown: { stream: 'live', view: 'atEnd' } }) ? 'Following' : 'Not following';
}

interface JumpProps {
  readonly log: SnapshotFrom<typeof logMachine>;
  readonly onPress: () => void;
}

function JumpToNewest({ log, onPress }: JumpProps): ReactNode {
  const { unread } = log.context;
  if (!log.matches('shown') || log.matches({ shown: { stream: 'live', view: 'atEnd' } })) return null;
  return (
    <Button className="button button-do log-jump" onPress={onPress}>
      Jump to newest{unread === 0 ? '' : ` (${counted(unread, 'new line')})`}
    </Button>
  );
}

/** The output of a service, or of several together: followed, searched, with its history, and with a link to each line. */
export function LogTab({ service }: { readonly service: ServiceView }): ReactNode {
  const { source, line } = useLogAddress(service.id);
  const [look, setLook] = useState<Look>({ isWrapped: false, isUtc: false });
  const [search, setSearch] = useState<Search>({ text: '', isExpression: false });
  const [copied, setCopied] = useState<string | null>(null);
  const { log, search: found, logActor, searchActor } = useMachines(source, line);

  useEffect(() => {
    searchActor.send({ type: 'search.changed', search });
  }, [searchActor, search]);
  const opened = useRef<unknown>(null);
  useEffect(() => {
    const isNew = opened.current !== logActor; // it begins with its line
    opened.current = logActor;
    if (line !== null && !isNew) logActor.send({ type: 'line.wanted', line });
  }, [logActor, line]);
  const match = found.context.current === null ? null : (found.context.matches[found.context.current] ?? null);
  useEffect(() => {
    if (match !== null) logActor.send({ type: 'line.wanted', line: match });
  }, [logActor, match]);

  const onLink = (href: string): void => {
    // Without HTTPS there is a clipboard only on the machine itself; the address has the link in any case.
    if (!('clipboard' in navigator)) return;
    navigator.clipboard.writeText(href).then(
      () => {
        setCopied(href);
      },
      () => undefined,
    );
  };
  const { context } = log;
  const now = dayOf(new Date(Date.now()).toISOString(), look.isUtc);
  const rowLook = useMemo(
    () => ({
      ...{ isUtc: look.isUtc, marked: search.isExpression ? '' : search.text, today: now },
      ...{ services: source.ids.length > 1 ? source.ids : null, hasLaunches: source.generation === null },
    }),
    [look.isUtc, search, source, now],
  );
  const targets = useMemo(() => [line ?? [], match ?? []].flat(), [line, match]);
  const isCopied = copied !== null && copied === window.location.href;
  const isOldest = context.window.rows.length > 0 && startOf(context.window) === null;
  return (
    <section className="logs" aria-label="Logs">
      <SearchBar
        search={search}
        found={found}
        onSearch={setSearch}
        onMove={(type) => {
          searchActor.send({ type });
        }}
      />
      <LogBar service={service} source={source} onSource={showSource} look={look} onLook={setLook} />
      <Problem sentence={found.context.problem ?? (context.lostAt === null ? context.problem : null)} />
      {context.lostAt === null ? null : <Away lostAt={context.lostAt} problem={context.problem} />}
      <div className="log-box">
        <LogList
          {...{ log, source, targets, onLink }}
          send={(event) => {
            logActor.send(event);
          }}
          look={rowLook}
          isWrapped={look.isWrapped}
        />
        <JumpToNewest
          log={log}
          onPress={() => {
            logActor.send({ type: 'newest.wanted' });
          }}
        />
      </div>
      <p className="log-place" role="status">
        {placeWords(log)}
        {isOldest ? ' · the oldest stored line is the first one here' : ''}
        {isCopied ? ' · link copied' : ''}
      </p>
    </section>
  );
}
