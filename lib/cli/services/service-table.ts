import type { ServiceView } from '../../api/schemas/service.ts';
import type { HostContext } from '../host/context.ts';
import { age, ageSince } from '../output/age.ts';
import { stateCell } from '../output/state.ts';
import { headOf, table, type Cell } from '../output/table.ts';

const HEAD = ['SERVICE', 'STATE', 'FOR', 'PID', 'VERSION', 'RESTARTS', 'AGENTS', 'REASON'] as const;

/** Services in rows. */
export function serviceTable(
  context: Pick<HostContext, 'colors' | 'width' | 'now'>,
  services: readonly ServiceView[],
): string {
  const { colors, width, now } = context;
  const rows = services.map((service): readonly Cell[] => [
    { text: service.id },
    stateCell(service, colors),
    { text: ageSince(service.since, now()) },
    { text: String(service.pid ?? '-') },
    { text: service.version ?? '-' },
    { text: String(service.restarts) },
    { text: service.agents.join(',') || '-' },
    { text: whyAndNext(service, now()) },
  ]);
  return table(headOf(HEAD, colors), rows, width);
}

/** Why it is as it is, and what its present deadline is for. */
export function whyAndNext({ reason, next }: ServiceView, now: number): string {
  const coming = next === null ? [] : [`${next.what} in ${age(Date.parse(next.at) - now)}`];
  return [...(reason === null ? [] : [reason]), ...coming].join('; ');
}
