import type { DescribedEventView } from '../../api/schemas/event.ts';
import { BOUNDS } from '../bounds.ts';
import type { Listed } from '../content.ts';

/** So few that the host needs less than 10 ms for each: it has other work. */
const PAGE = 250;

/** What to read: the newest events before one. */
export interface EventPage {
  readonly before?: number;
  readonly limit: number;
  readonly order: 'newest_first';
}

type ReadPage = (
  page: EventPage,
) => Promise<{ readonly events: readonly DescribedEventView[]; readonly next: number | null }>;

/** The newest events that are wanted, at most `most`; the others are only counted. */
export async function newestOf(
  read: ReadPage,
  isWanted: (event: DescribedEventView) => boolean,
  most: number,
): Promise<Listed<DescribedEventView>> {
  const items: DescribedEventView[] = [];
  let omitted = 0;
  let page: EventPage | null = { limit: PAGE, order: 'newest_first' };
  for (let count = 0; page !== null && count < BOUNDS.pages; count += 1) {
    const { events, next } = await read(page);
    for (const event of events.filter(isWanted)) {
      if (items.length < most) items.push(event);
      else omitted += 1 + (event.repeated ?? 0);
    }
    page = next === null ? null : { before: next, limit: PAGE, order: 'newest_first' };
  }
  return { items, omitted, isPartial: page !== null };
}
