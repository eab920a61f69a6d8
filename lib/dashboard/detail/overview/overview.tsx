import type { ReactNode } from 'react';
import type { CauseView, ExplainView } from '../../../api/schemas/explain.ts';
import type { ServiceView } from '../../../api/schemas/service.ts';
import { Statechart } from '../../drawing/statechart.tsx';
import type { Move } from '../../drawing/marks.ts';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { localInstant, localSentence } from '../../words/time.ts';
import './overview.css';

function Causes({ causes }: { readonly causes: readonly CauseView[] }): ReactNode {
  return (
    <ol className="causes">
      {causes.map(({ seq, at, sentence }) => (
        <li key={seq}>
          <time dateTime={at}>{localInstant(at, Date.now())}</time> {localSentence(sentence, Date.now())}
        </li>
      ))}
    </ol>
  );
}

function Explanation({ explained }: { readonly explained: ExplainView }): ReactNode {
  const { summary, waits_for: awaited, next, causes, causes_unavailable: why } = explained;
  return (
    <>
      <p>{localSentence(summary, Date.now())}</p>
      {awaited.map(({ service_id: id, sentence }) => (
        <p key={id}>{localSentence(sentence, Date.now())}</p>
      ))}
      {next.length === 0 ? null : (
        <>
          <h4>What happens next</h4>
          <ul className="nexts">
            {next.map(({ what, sentence }) => (
              <li key={what}>{localSentence(sentence, Date.now())}</li>
            ))}
          </ul>
        </>
      )}
      <h4>What led to it (newest first)</h4>
      {why === undefined ? <Causes causes={causes} /> : <p>{why}</p>}
    </>
  );
}

/** The last change to the current state. */
function lastMove({ causes }: ExplainView, { id, state, substate }: ServiceView): Move | null {
  const change = causes.find(
    ({ type, to, sentence }) => type === 'service.state_changed' && to === state && sentence.startsWith(id),
  );
  return change?.from === undefined ? null : { from: change.from, cause: change.cause, state, substate };
}

/** Why a service is in its state, and where that is in its statechart. */
export function Overview({ service }: { readonly service: ServiceView }): ReactNode {
  const { client } = useHost();
  // Any change of the service may change the explanation.
  const { value, problem } = useAnswer(
    (signal) => client.explainService({ id: service.id, signal }),
    [client, service],
  );
  return (
    <div className="overview">
      <section className="explained" aria-label="Explanation">
        <h3>Explanation</h3>
        <Problem sentence={problem} />
        {value === null ? null : <Explanation explained={value} />}
      </section>
      <section className="charted" aria-label="Statechart">
        <h3>Statechart</h3>
        <Statechart machine="service" chartState={service} move={value === null ? null : lastMove(value, service)} />
      </section>
    </div>
  );
}
