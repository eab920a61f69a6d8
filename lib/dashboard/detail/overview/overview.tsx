import type { ReactNode } from 'react';
import type { CauseView, ExplainView } from '../../../api/schemas/explain.ts';
import type { ServiceView } from '../../../api/schemas/service.ts';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { localInstant } from '../../words/time.ts';
import './overview.css';

function Causes({ causes }: { readonly causes: readonly CauseView[] }): ReactNode {
  return (
    <ol className="causes">
      {causes.map(({ seq, at, sentence }) => (
        <li key={seq}>
          <time dateTime={at}>{localInstant(at, Date.now())}</time> {sentence}
        </li>
      ))}
    </ol>
  );
}

function Explanation({ explained }: { readonly explained: ExplainView }): ReactNode {
  const { summary, waits_for: awaited, next, causes, causes_unavailable: why } = explained;
  return (
    <>
      <p>{summary}</p>
      {awaited.map(({ service_id: id, sentence }) => (
        <p key={id}>{sentence}</p>
      ))}
      {next.length === 0 ? null : (
        <>
          <h4>What happens next</h4>
          <ul className="nexts">
            {next.map(({ what, sentence }) => (
              <li key={what}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
      <h4>What led to it, newest first</h4>
      {why === undefined ? <Causes causes={causes} /> : <p>{why}</p>}
    </>
  );
}

/** Why a service is as it is, in words. */
export function Overview({ service }: { readonly service: ServiceView }): ReactNode {
  const { client } = useHost();
  // Whatever changes about the service may change the explanation.
  const { value, problem } = useAnswer(
    (signal) => client.explainService({ id: service.id, signal }),
    [client, service],
  );
  return (
    <section className="explained" aria-label="Explanation">
      <h3>Why it is so</h3>
      <Problem sentence={problem} />
      {value === null ? null : <Explanation explained={value} />}
    </section>
  );
}
