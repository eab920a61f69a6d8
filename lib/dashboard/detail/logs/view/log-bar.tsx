import { useId, useState } from 'react';
import type { ReactNode } from 'react';
import { Button, SwitchButton, SwitchField, ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import type { LaunchView } from '../../../../api/schemas/launch.ts';
import type { ServiceView } from '../../../../api/schemas/service.ts';
import { useHost, useWorld } from '../../../host-context.ts';
import { useAnswer } from '../../../use-answer.ts';
import { localInstant } from '../../../words/time.ts';
import { endOf } from '../../../../frontend/launches/words.ts';
import { STREAMS } from '../../../../frontend/logs/source.ts';
import type { LogSource } from '../../../../frontend/logs/source.ts';
import { downloadOf } from '../model/address.ts';

/** The most services whose output the host gives together. */
const MOST_SERVICES = 32;
const MOST_LAUNCHES = 100;

interface ChoiceProps {
  readonly source: LogSource;
  readonly onSource: (source: LogSource) => void;
}

function StreamChoice({ source, onSource }: ChoiceProps): ReactNode {
  return (
    <ToggleButtonGroup
      className="choice"
      aria-label="Stream"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[source.stream]}
      onSelectionChange={(keys) => {
        onSource({ ...source, stream: STREAMS.find((one) => keys.has(one)) ?? 'both' });
      }}
    >
      {STREAMS.map((one) => (
        <ToggleButton key={one} id={one} className="choice-button">
          {one}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}

function launchText(launch: LaunchView): string {
  const { generation, launched_at: launchedAt, exit } = launch;
  const start = localInstant(launchedAt, Date.now());
  return `Launch ${generation}, ${start}${exit === null ? '' : `: ${endOf(launch)}`}`;
}

function LaunchChoice({ service, source, onSource }: ChoiceProps & { readonly service: ServiceView }): ReactNode {
  const { client } = useHost();
  const { id, generation, last_exit: exit } = service;
  const { value } = useAnswer(
    (signal) => client.listLaunches({ id, query: { limit: MOST_LAUNCHES }, signal }),
    [client, id, generation, exit?.generation],
  );
  const launches = value?.launches ?? [];
  const chosen = source.generation;
  const isUnlisted = chosen !== null && launches.every((launch) => launch.generation !== chosen);
  return (
    <select
      className="log-select"
      aria-label="Launch"
      value={chosen ?? ''}
      onChange={({ target }) => {
        onSource({ ...source, generation: target.value === '' ? null : Number(target.value) });
      }}
    >
      <option value="">All launches</option>
      {isUnlisted ? <option value={chosen}>Launch {chosen}</option> : null}
      {launches.map((launch) => (
        <option key={launch.generation} value={launch.generation}>
          {launchText(launch)}
        </option>
      ))}
    </select>
  );
}

function ServiceChoice({ source, onSource }: ChoiceProps): ReactNode {
  const services = useWorld((world) => world.services);
  const [text, setText] = useState('');
  const listId = useId();
  const [first = '', ...others] = source.ids;
  const choose = (ids: readonly string[]): void => {
    onSource({ ...source, ids, generation: null });
  };
  const add = (id: string): void => {
    setText(id);
    if (!services.has(id) || source.ids.includes(id) || source.ids.length >= MOST_SERVICES) return;
    setText('');
    choose([...source.ids, id]);
  };
  return (
    <form
      className="log-services"
      aria-label="Services"
      onSubmit={(event) => {
        event.preventDefault();
        add(text.trim());
      }}
    >
      {others.length === 0 ? null : <span className="log-chip log-service-0">{first}</span>}
      {others.map((id, index) => (
        <span key={id} className={`log-chip log-service-${(index + 1) % 8}`}>
          {id}
          <Button
            className="log-chip-remove"
            aria-label={`Remove ${id}`}
            onPress={() => {
              choose(source.ids.filter((other) => other !== id));
            }}
          >
            ×
          </Button>
        </span>
      ))}
      <input
        aria-label="Add a service"
        placeholder="Add a service"
        list={listId}
        value={text}
        onChange={({ target, nativeEvent }) => {
          // A choice from the list replaces the text; typing an id that is the beginning of another one adds nothing.
          if (nativeEvent instanceof InputEvent && nativeEvent.inputType !== 'insertReplacementText')
            setText(target.value);
          else add(target.value);
        }}
      />
      <datalist id={listId}>
        {[...services.keys()]
          .filter((id) => !source.ids.includes(id))
          .map((id) => (
            <option key={id} value={id} />
          ))}
      </datalist>
    </form>
  );
}

interface SwitchProps {
  readonly label: string;
  readonly isSelected: boolean;
  readonly onChange: (isSelected: boolean) => void;
}

function Switch({ label, isSelected, onChange }: SwitchProps): ReactNode {
  return (
    <SwitchField isSelected={isSelected} onChange={onChange}>
      <SwitchButton className="switch">
        <span className="switch-track" aria-hidden="true" />
        {label}
      </SwitchButton>
    </SwitchField>
  );
}

/** How the lines are shown. */
export interface Look {
  readonly isWrapped: boolean;
  readonly isUtc: boolean;
}

interface LogBarProps extends ChoiceProps {
  readonly service: ServiceView;
  readonly look: Look;
  readonly onLook: (look: Look) => void;
}

/** What to show and how: launch, streams, services, wrapping, times; and a link to all of it as a file. */
export function LogBar({ service, source, onSource, look, onLook }: LogBarProps): ReactNode {
  return (
    <div className="log-bar">
      {source.ids.length > 1 ? null : <LaunchChoice {...{ service, source, onSource }} />}
      <StreamChoice {...{ source, onSource }} />
      <Switch
        label="Wrap"
        isSelected={look.isWrapped}
        onChange={(isWrapped) => {
          onLook({ ...look, isWrapped });
        }}
      />
      <Switch
        label="UTC"
        isSelected={look.isUtc}
        onChange={(isUtc) => {
          onLook({ ...look, isUtc });
        }}
      />
      <ServiceChoice {...{ source, onSource }} />
      <a className="log-download" href={downloadOf(source)} download={`${source.ids.join('+')}.log`}>
        Download
      </a>
    </div>
  );
}
