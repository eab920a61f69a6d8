import { useEffect, useState } from 'react';
import type { LogItemView } from '../../../api/schemas/log.ts';
import { useHost } from '../../host-context.ts';
import { sentenceOf } from '../../words/sentence.ts';
import { literally, MAX_LINES, NO_ROWS, withLines } from './lines.ts';
import type { LogRows } from './lines.ts';
import type { Stream } from './use-lines.ts';

/** A pause in typing, before the host searches. */
const TYPING_MS = 300;

/** What a search of everything that the host has stored has found. */
export interface SearchResult extends LogRows {
  readonly problem: string | null;
  /** From 0 to 1; null: it is over. */
  readonly progress: number | null;
  /** More lines match, which are not shown. */
  readonly isCut: boolean;
}

const NOTHING: SearchResult = { ...NO_ROWS, problem: null, progress: 0, isCut: false };

/** Searches all stored output of a service for a text, part by part; null: nothing is searched. */
export function useSearch(id: string, stream: Stream, text: string | null): SearchResult | null {
  const { client } = useHost();
  const [result, setResult] = useState<SearchResult | null>(null);
  useEffect(() => {
    setResult(text === null ? null : NOTHING);
    if (text === null) return undefined;
    const leave = new AbortController();
    const { signal } = leave;
    const search = async (): Promise<void> => {
      const query = { grep: literally(text), limit: MAX_LINES, ...(stream === 'both' ? {} : { stream }) };
      const headers = { accept: 'application/json' };
      let after: string | undefined;
      let total: number | null = null;
      let found: LogRows = NO_ROWS;
      for (;;) {
        const page = await client.readLogs({ id, query: { ...query, after }, headers, signal });
        const lines: readonly LogItemView[] = page.lines.slice(0, MAX_LINES - found.rows.length);
        const isCut =
          lines.length < page.lines.length || (found.rows.length + lines.length >= MAX_LINES && !isOver(page));
        found = withLines(found, lines);
        total ??= page.search?.total_bytes ?? 0;
        const left = (page.search?.total_bytes ?? 0) - (page.search?.searched_bytes ?? 0);
        const progress = isCut || isOver(page) ? null : 1 - left / Math.max(1, total);
        if (!signal.aborted) setResult({ ...found, problem: null, progress, isCut });
        if (progress === null || signal.aborted || page.next === null) return;
        after = page.next;
      }
    };
    const typing = setTimeout(() => {
      search().catch((error: unknown) => {
        if (!signal.aborted) setResult({ ...NOTHING, progress: null, problem: sentenceOf(error) });
      });
    }, TYPING_MS);
    return () => {
      clearTimeout(typing);
      leave.abort();
    };
  }, [client, id, stream, text]);
  return result;
}

function isOver(page: { readonly search?: { readonly complete: boolean } | undefined }): boolean {
  return page.search?.complete ?? true;
}
