import type { SnapshotFrom } from 'xstate';
import { bytes } from '../words/amount.ts';
import { MAX_MATCHES } from './search-machine.ts';
import type { searchMachine } from './search-machine.ts';

const NUMBER = new Intl.NumberFormat('en');

/** How far a search is and what it has found, in a few words; empty: nothing is searched. */
export function searchWords(snapshot: Pick<SnapshotFrom<typeof searchMachine>, 'matches' | 'context'>): string {
  const { matches, current, searchedBytes, totalBytes } = snapshot.context;
  const count = NUMBER.format(matches.length);
  const position = current === null ? '' : `${NUMBER.format(current + 1)} of `;
  if (snapshot.matches('full')) return `${position}the first ${NUMBER.format(MAX_MATCHES)} matches`;
  const isFirstPass = current === null && (snapshot.matches('searching') || snapshot.matches('typing'));
  if (isFirstPass && searchedBytes < totalBytes) {
    return `${count} so far, searched ${Math.floor((searchedBytes / totalBytes) * 100)} %`;
  }
  if (snapshot.matches('idle') || snapshot.matches('refused')) return '';
  if (isFirstPass && totalBytes === 0) return 'Searching…';
  return matches.length === 0 ? `No match. Searched all ${bytes(totalBytes)}.` : `${position}${count}`;
}
