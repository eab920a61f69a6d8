import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Form, Input, Label, Text, TextField } from 'react-aria-components';
import type { AgentCheckView } from '../../api/schemas/agent.ts';
import { useCommandBlock } from '../command/use-command-block.ts';
import { useHost } from '../host-context.ts';
import { goTo } from '../route.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../../frontend/words/sentence.ts';

/** What is filled in; empty: left to the host. */
interface Fields {
  readonly path: string;
  readonly id: string;
  readonly type: string;
}

/** How far the start is. A change of the fields begins again: only what was checked can be started. */
type Step =
  | { readonly type: 'editing' | 'checking' }
  | { readonly type: 'checked' | 'starting'; readonly check: AgentCheckView }
  | { readonly type: 'refused'; readonly sentence: string };

function given(text: string): string | null {
  return text.trim() === '' ? null : text.trim();
}

function CheckedAgent({ check }: { readonly check: AgentCheckView }): ReactNode {
  const { id, type, state, services } = check;
  return (
    <div className="checked-agent" role="status">
      <p>
        <b>{id}</b>, an agent of type <b>{type}</b>, {state === null ? 'is new' : `is known and ${state}`}. It will
        start:
      </p>
      <ul>
        {services.map((service) => (
          <li key={service.id}>
            <b>{service.id}</b>:{' '}
            {service.problem === null ? (
              <code>{service.executable}</code>
            ) : (
              <span className="reason">{service.problem} It is failed until then, and starts by itself.</span>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}

interface FieldProps {
  readonly label: string;
  readonly hint: string;
  readonly value: string;
  readonly isRequired?: boolean;
  readonly onChange: (value: string) => void;
}

function Field({ label, hint, value, isRequired = false, onChange }: FieldProps): ReactNode {
  return (
    <TextField className="field" value={value} isRequired={isRequired} onChange={onChange}>
      <Label>{label}</Label>
      <Input spellCheck={false} autoComplete="off" />
      <Text slot="description" className="quiet">
        {hint}
      </Text>
    </TextField>
  );
}

/** Starts an agent from its configuration file: the host checks it first and says what will start. */
export function StartAgent(): ReactNode {
  const { client } = useHost();
  const block = useCommandBlock();
  const [fields, setFields] = useState<Fields>({ path: '', id: '', type: '' });
  const [step, setStep] = useState<Step>({ type: 'editing' });
  const change = (changed: Partial<Fields>): void => {
    setFields({ ...fields, ...changed });
    setStep({ type: 'editing' });
  };
  const refuse = (error: unknown): void => {
    setStep({ type: 'refused', sentence: sentenceOf(error) });
  };
  const check = (): void => {
    setStep({ type: 'checking' });
    const body = { config_path: fields.path.trim(), agent_id: given(fields.id), agent_type: given(fields.type) };
    client.checkAgent({ body }).then((found) => {
      setStep({ type: 'checked', check: found });
    }, refuse);
  };
  const start = (checked: AgentCheckView): void => {
    setStep({ type: 'starting', check: checked });
    const body = { config_path: checked.config_path, agent_type: given(fields.type) };
    client.defineAgent({ id: checked.id, body }).then(() => {
      goTo({ type: 'agent', id: checked.id });
    }, refuse);
  };
  const isBusy = step.type === 'checking' || step.type === 'starting';
  const hasProblem = 'check' in step && step.check.services.some(({ problem }) => problem !== null);
  return (
    <Form
      className="start-agent"
      aria-label="Start an agent"
      onSubmit={(event) => {
        event.preventDefault();
        if ('check' in step) start(step.check);
        else check();
      }}
    >
      <Field
        label="Configuration file"
        hint="The path of its YAML file on the machine of the host, such as /plant/pump1.yaml"
        value={fields.path}
        isRequired
        onChange={(path) => {
          change({ path });
        }}
      />
      <Field
        label="Id (optional)"
        hint="Otherwise the name of the file without its extension"
        value={fields.id}
        onChange={(id) => {
          change({ id });
        }}
      />
      <Field
        label="Type (optional)"
        hint="Otherwise the one in the file, or “default”: coreio and corerl"
        value={fields.type}
        onChange={(type) => {
          change({ type });
        }}
      />
      {'check' in step ? <CheckedAgent check={step.check} /> : null}
      <Problem sentence={step.type === 'refused' ? step.sentence : block} />
      <div className="start-agent-buttons">
        <Button type="submit" className="button button-do" isPending={isBusy} isDisabled={block !== null}>
          {'check' in step ? `Start ${step.check.id}${hasProblem ? ' anyway' : ''}` : 'Check'}
        </Button>
        {'check' in step ? null : <span className="quiet">Nothing starts yet: you see first what will.</span>}
      </div>
    </Form>
  );
}
