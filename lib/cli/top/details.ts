import type { ExplainView } from '../../api/schemas/explain.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { paintOf, stateWords } from '../output/state.ts';
import { ageSince, factSheet } from '../output/table.ts';
import { visible } from '../../frontend/words/visible.ts';
import { explanation } from '../services/explain.ts';
import { factsOf } from '../services/show-services.ts';
import type { Look } from './head.ts';

/** What is shown of one service. */
export interface DetailFacts {
  /** Undefined: the host no longer knows it. */
  readonly service: ServiceView | undefined;
  /** Null: not read yet. */
  readonly explained: ExplainView | null;
  /** Why it could not be read the last time. */
  readonly problem: string | null;
}

/** A service with its facts, and why it is in its state. */
export function detailLines({ service, explained, problem }: DetailFacts, look: Look): readonly string[] {
  const { colors, width, now } = look;
  if (service === undefined) return ['The host no longer knows this service.'];
  const intention = service.intended_state === service.state ? '' : `, intended: ${service.intended_state}`;
  const state = paintOf(service, colors)(stateWords(service));
  const parts = [
    `${colors.bold(service.id)}  ${state} for ${ageSince(service.since, now)}${intention}\n`,
    factSheet(factsOf(service, now), width),
    problem === null ? '' : `${colors.red(`The explanation could not be read: ${problem}`)}\n`,
    explained === null
      ? problem === null
        ? 'Reading the explanation…\n'
        : ''
      : explanation({ colors, width, now: () => now }, explained),
  ];
  const text = visible(parts.filter((part) => part !== '').join('\n'));
  return text.trimEnd().split('\n');
}
