import { memo } from 'react';
import type { ReactNode } from 'react';
import type { ExplainView } from '../../api/schemas/explain.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { Acknowledgement } from '../command/acknowledge.tsx';
import { NextDeadline } from '../detail/service-situation.tsx';
import { useHost } from '../host-context.ts';
import { useAnswer } from '../use-answer.ts';
import { StateBadge } from '../words/state-badge.tsx';
import { duration, localInstant, localSentence } from '../words/time.ts';
import { useNow } from '../words/use-now.ts';
import {
  doubtSentence,
  exitBefore,
  flappingNow,
  flappingSentence,
  nothingNext,
  standingOfKind,
} from '../../frontend/world/attention.ts';
import type { AttentionKind } from '../../frontend/world/attention.ts';
import { formatRoute } from '../world/route.ts';

/** Enough for the end of a traceback. */
const LAST_LINES = 3;

function Flapping({ service }: { readonly service: ServiceView }): ReactNode {
  const now = useNow(false);
  const flapping = flappingNow(service, now);
  if (flapping === null) return null;
  return <p className="flapping">{localSentence(flappingSentence(flapping), now)}</p>;
}

function LastWords({ tail }: Readonly<Record<'tail', ExplainView['output_tail']>>): ReactNode {
  const lines = tail?.lines.filter(({ text }) => text.trim() !== '').slice(-LAST_LINES) ?? [];
  if (tail === null || lines.length === 0) return null;
  return (
    <div className="last-words">
      <span className="last-words-title">Last words of launch {tail.generation}</span>
      <pre>{lines.map(({ text }) => text).join('\n')}</pre>
    </div>
  );
}

/** What happens next: the deadline counts, and sentences with a time in them would not. */
function Next({ service, explained }: AttentionRowContent): ReactNode {
  if (explained?.since !== service.since) return null; // of another state, and the next one is on its way
  const { if_exit: supposed } = explained;
  if (supposed !== undefined) return <p>{supposed.sentence}</p>;
  const undated = explained.next.filter(({ at }) => at === null);
  if (undated.length === 0 && service.next === null) return <p>{nothingNext(service)}</p>;
  return (
    <div className="next">
      <NextDeadline next={service.next} />
      {undated.map(({ what, sentence }) => (
        <p key={what}>{localSentence(sentence, Date.now())}</p>
      ))}
    </div>
  );
}

interface AttentionRowContent {
  readonly service: ServiceView;
  readonly explained: ExplainView | null;
}

interface AttentionRowProps {
  readonly kind: AttentionKind;
  readonly service: ServiceView;
}

/** A service that needs attention: why, since when, what it said last, and what happens next. */
export const AttentionRow = memo(function AttentionRow({ kind, service }: AttentionRowProps): ReactNode {
  const { client } = useHost();
  const now = useNow(true);
  const supposed = kind === 'flapping' ? exitBefore(service) : null;
  const { id, agents, state, substate, generation, since, reason, doubt } = service;
  const { value, problem } = useAnswer(
    (signal) => client.explainService({ id, query: supposed === null ? {} : { if_exit: supposed }, signal }),
    [client, id, state, substate, generation, reason, doubt?.since],
  );
  return (
    <li className={`attention is-${standingOfKind(kind)}`} data-id={id}>
      <div className="attention-head">
        <StateBadge state={state} more={substate} isInDoubt={doubt !== null} />
        <a className="attention-id" href={formatRoute({ type: 'service', id, tab: 'overview' })}>
          {id}
        </a>
        {agents.length === 0 ? null : <span className="quiet">of {agents.join(', ')}</span>}
        <span className="quiet">
          since {localInstant(since, now)} ({duration(now - Date.parse(since))})
        </span>
        <Acknowledgement service={service} />
      </div>
      <div className="attention-body">
        <div className="attention-why">
          {reason === null ? null : <p className="reason">{localSentence(reason, now)}</p>}
          {doubt === null ? null : <p className="doubt">{localSentence(doubtSentence(doubt), now)}</p>}
          <Flapping service={service} />
          <Next service={service} explained={value} />
          {problem === null ? null : <p className="quiet">What led to it cannot be read: {problem}</p>}
        </div>
        <LastWords tail={value?.output_tail ?? null} />
      </div>
    </li>
  );
});
