import { processCell } from '../../frontend/words/process.ts';
import { useMemo } from 'react';
import type { ReactNode } from 'react';
import type { PinView } from '../../api/schemas/version.ts';
import type { ServiceView } from '../../api/schemas/service.ts';
import { VersionButton } from '../configuration/version-button.tsx';
import { useWorld } from '../host-context.ts';
import { agentsOf } from '../../frontend/world/groups.ts';
import { localInstant } from '../words/time.ts';
import { exitWords } from '../../frontend/launches/words.ts';
import { formatRoute } from '../world/route.ts';

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function exitOf({ last_exit: exit }: ServiceView): string {
  if (exit === null) return 'none';
  const isSaid = exit.class === 'code' || exit.class === 'signal';
  const because = exit.because === null ? '' : `, because ${exit.because}`;
  return `${exitWords(exit)}${isSaid ? '' : ` (${exit.class})`}${because}, ${localInstant(exit.at, Date.now())}`;
}

/** Which version somebody has chosen, who and when. */
function pinOf({ version, actor, since, configured, in_range: isInRange }: PinView): string {
  const by = actor === null ? '' : ` by ${actor}`;
  const range = isInRange ? '' : `; the configuration asks for ${configured ?? 'any version'}`;
  return `to ${version}${by}, ${localInstant(since, Date.now())}${range}`;
}

/** The agents that have it in their definition, and those that hold it: a stopped agent holds nothing. */
function AgentLinks({ service }: { readonly service: ServiceView }): ReactNode {
  const agents = useWorld((world) => world.agents);
  const ids = useMemo(() => agentsOf(service, agents), [service, agents]);
  if (ids.length === 0) return 'none';
  return ids.map((id, index) => (
    <span key={id}>
      {index === 0 ? '' : ', '}
      <a href={formatRoute({ type: 'agent', id })}>{id}</a>
      {service.agents.includes(id) ? '' : ` (${agents.get(id)?.state ?? 'unknown'})`}
    </span>
  ));
}

/** The main fields of a service. */
export function ServiceFacts({ service }: { readonly service: ServiceView }): ReactNode {
  const { kind, generation, version, restarts, executable, adopted, place } = service;
  const process = processCell(service);
  const isDrifted = service.running_revision !== null && service.running_revision !== service.revision;
  return (
    <dl className="facts">
      <Fact name="Kind">{kind}</Fact>
      <Fact name="Version">
        {version ?? '–'} <VersionButton id={service.id} />
      </Fact>
      {service.pin === null ? null : <Fact name="Pinned">{pinOf(service.pin)}</Fact>}
      <Fact name={place === null ? 'Pid' : 'Place'}>
        {process === null ? '–' : `${process}${adopted ? ' (adopted)' : ''}`}
      </Fact>
      {service.doubt === null ? null : (
        <Fact name="In doubt">
          not known since {localInstant(service.doubt.since, Date.now())} whether it is running: {service.doubt.reason}
        </Fact>
      )}
      <Fact name="Generation">{generation}</Fact>
      <Fact name="Restarts">{restarts}</Fact>
      <Fact name="Last exit">{exitOf(service)}</Fact>
      <Fact name="Agents">
        <AgentLinks service={service} />
      </Fact>
      {isDrifted ? <Fact name="Configuration">changed since the launch</Fact> : null}
      <Fact name="Executable">
        <code>{executable ?? '–'}</code>
      </Fact>
    </dl>
  );
}
