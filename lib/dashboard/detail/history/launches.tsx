import type { ReactNode } from 'react';
import type { ComparisonView, LaunchView } from '../../../api/schemas/launch.ts';
import type { ServiceView } from '../../../api/schemas/service.ts';
import { useHost } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { bytes } from '../../../frontend/words/amount.ts';
import { Problem } from '../../words/problem.tsx';
import { duration, localInstant } from '../../words/time.ts';
import { differencesOf, endOf, isFailed } from '../../../frontend/launches/words.ts';
import { outputOf } from './launch-words.ts';
import './launches.css';

const SHOWN = 10;

/** A link to the output of a launch. */
export function OutputLink({ id, generation }: { readonly id: string; readonly generation: number }): ReactNode {
  return <a href={outputOf(id, generation)}>Output of launch {generation}</a>;
}

function LaunchRow({ id, launch }: { readonly id: string; readonly launch: LaunchView }): ReactNode {
  const { generation, launched_at: launchedAt, uptime_ms: uptimeMs, max_rss: maxRss, version, revision } = launch;
  return (
    <tr>
      <td>
        <a href={outputOf(id, generation)} aria-label={`Output of launch ${generation}`}>
          {generation}
        </a>
      </td>
      <td>
        <time dateTime={launchedAt}>{localInstant(launchedAt, Date.now())}</time>
      </td>
      <td>{uptimeMs === null ? '–' : duration(uptimeMs)}</td>
      <td className={isFailed(launch) ? 'launch-failed' : undefined}>{endOf(launch)}</td>
      <td>{version ?? '–'}</td>
      <td>{revision ?? '–'}</td>
      <td>{maxRss === null ? '–' : bytes(maxRss)}</td>
    </tr>
  );
}

interface TailProps {
  readonly title: string;
  readonly launch: LaunchView;
}

/** The last lines that a launch wrote. */
function Tail({ title, launch: { output_tail: tail } }: TailProps): ReactNode {
  return (
    <figure className="tail" aria-label={title}>
      <figcaption>{title}</figcaption>
      {tail === null ? (
        <p className="hint">Nothing was left of its output.</p>
      ) : (
        <pre tabIndex={0}>
          {tail.map(({ stream, text }, index) => (
            <span key={index} className={`tail-${stream}`}>
              {text}
              {'\n'}
            </span>
          ))}
        </pre>
      )}
    </figure>
  );
}

/** The last words of a launch that failed, next to those of the last stable one before it. */
function Comparison({ comparison }: { readonly comparison: ComparisonView }): ReactNode {
  const { failed, stable } = comparison;
  return (
    <>
      <ul className="differences">
        {differencesOf(comparison).map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
      <div className="tails">
        {stable === null ? null : (
          <Tail title={`Launch ${stable.generation}, the last stable one: ${endOf(stable)}`} launch={stable} />
        )}
        <Tail title={`Launch ${failed.generation}, the last that failed: ${endOf(failed)}`} launch={failed} />
      </div>
    </>
  );
}

/** The newest launches of a service, and its last crash next to its last good launch. */
export function Launches({ service }: { readonly service: ServiceView }): ReactNode {
  const { client } = useHost();
  const { id, generation, last_exit: exit } = service;
  const { value, problem } = useAnswer(
    (signal) => client.listLaunches({ id, query: { limit: SHOWN }, signal }),
    [client, id, generation, exit?.generation],
  );
  return (
    <section className="launches" aria-label="Launches">
      <h3>Launches</h3>
      <Problem sentence={problem} />
      {value === null || value.comparison === null ? null : <Comparison comparison={value.comparison} />}
      {value === null ? null : (
        <div className="launch-table">
          <table>
            <thead>
              <tr>
                {['Launch', 'Started', 'Up', 'Ended', 'Version', 'Revision', 'Memory'].map((name) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {value.launches.map((launch) => (
                <LaunchRow key={launch.generation} id={id} launch={launch} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
