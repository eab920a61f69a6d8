import { useRef, useState } from 'react';
import type { ReactNode, RefObject } from 'react';
import { Button, DialogTrigger, Form, Input, Label, TextField } from 'react-aria-components';
import type { WebhookView } from '../../../api/schemas/webhook.ts';
import { useCommandBlock } from '../../command/use-command-block.ts';
import { DialogButtons, PageDialog } from '../../dialog/page-dialog.tsx';
import { useHost, useWorld } from '../../host-context.ts';
import { useAnswer } from '../../use-answer.ts';
import { Problem } from '../../words/problem.tsx';
import { sentenceOf } from '../../../frontend/words/sentence.ts';
import { duration, localInstant } from '../../words/time.ts';
import { useNow } from '../../words/use-now.ts';
import './webhooks.css';

const HOUR_MS = 3_600_000;
const MAX_NOTE_LENGTH = 1000;
const SPANS = [
  [1, '1 hour'],
  [4, '4 hours'],
  [8, '8 hours'],
  [24, '1 day'],
  [72, '3 days'],
] as const;

interface MuteFormProps {
  readonly name: string;
  readonly close: () => void;
}

function MuteForm({ name, close }: MuteFormProps): ReactNode {
  const { client } = useHost();
  const agents = useWorld((world) => world.agents);
  const [hours, setHours] = useState(1);
  const [agent, setAgent] = useState('');
  const [note, setNote] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const block = useCommandBlock();
  const submit = (): void => {
    const until = new Date(Date.now() + hours * HOUR_MS).toISOString();
    const body = { until, agent_id: agent === '' ? null : agent, note: note.trim() === '' ? null : note };
    client.muteWebhook({ name, body }).then(close, (error: unknown) => {
      setRefusal(sentenceOf(error));
    });
  };
  return (
    <Form
      className="mute-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p>Events that are held back are never sent, except what still fails at the end.</p>
      <label>
        For
        <select
          value={hours}
          onChange={(event) => {
            setHours(Number(event.target.value));
          }}
        >
          {SPANS.map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      </label>
      <label>
        Events of
        <select
          value={agent}
          onChange={(event) => {
            setAgent(event.target.value);
          }}
        >
          <option value="">everything</option>
          {[...agents.keys()].map((id) => (
            <option key={id} value={id}>
              {id}
            </option>
          ))}
        </select>
      </label>
      <TextField value={note} onChange={setNote} maxLength={MAX_NOTE_LENGTH}>
        <Label>Note (optional)</Label>
        <Input />
      </TextField>
      <Problem sentence={refusal ?? block} />
      <DialogButtons close={close} label="Mute" isDisabled={block !== null} />
    </Form>
  );
}

interface MuteButtonProps {
  readonly name: string;
  readonly ref: RefObject<HTMLButtonElement | null>;
}

function MuteButton({ name, ref }: MuteButtonProps): ReactNode {
  const block = useCommandBlock();
  return (
    <DialogTrigger>
      <Button ref={ref} className="button" aria-label={`Mute ${name}`} isDisabled={block !== null}>
        Mute
      </Button>
      <PageDialog title={`Mute webhook ${name}?`}>{(close) => <MuteForm name={name} close={close} />}</PageDialog>
    </DialogTrigger>
  );
}

interface MuteLineProps {
  readonly name: string;
  readonly mute: WebhookView['mutes'][number];
  readonly onEnded: () => void;
  readonly onRefused: (sentence: string) => void;
}

function MuteLine({ name, mute, onEnded, onRefused }: MuteLineProps): ReactNode {
  const { client } = useHost();
  const now = useNow(true);
  const block = useCommandBlock();
  const { agent_id: agent, until, actor, note } = mute;
  const whose = agent === null ? 'everything' : `the events of ${agent}`;
  const end = (): void => {
    const query = agent === null ? {} : { agent_id: agent };
    client.unmuteWebhook({ name, query }).then(onEnded, (error: unknown) => {
      onRefused(sentenceOf(error));
    });
  };
  return (
    <li className="mute">
      <span>
        {whose} until {localInstant(until, now)} ({duration(Date.parse(until) - now)})
        {actor === null ? '' : `, by ${actor}`}
        {note === null ? '' : `: ${note}`}
      </span>
      <Button className="button" aria-label={`Unmute ${whose} of ${name}`} isDisabled={block !== null} onPress={end}>
        Unmute
      </Button>
    </li>
  );
}

interface WebhookRowProps {
  readonly webhook: WebhookView;
  readonly onRefused: (sentence: string) => void;
}

function WebhookRow({ webhook: { name, state, reason, mutes }, onRefused }: WebhookRowProps): ReactNode {
  const button = useRef<HTMLButtonElement>(null);
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{reason === null ? state : `${state}: ${reason}`}</td>
      <td>
        {mutes.length === 0 ? (
          'no'
        ) : (
          <ul>
            {mutes.map((mute) => (
              <MuteLine
                key={mute.agent_id ?? ''}
                name={name}
                mute={mute}
                onEnded={() => button.current?.focus()} // the button that ended it disappears with it
                onRefused={onRefused}
              />
            ))}
          </ul>
        )}
      </td>
      <td>
        <MuteButton name={name} ref={button} />
      </td>
    </tr>
  );
}

/** The webhooks of the host with their mutes; nothing if there are none. */
export function Webhooks(): ReactNode {
  const { client } = useHost();
  const changed = useWorld((world) => world.webhookEvent);
  const answer = useAnswer((signal) => client.listWebhooks({ signal }), [client, changed]);
  const [refusal, setRefusal] = useState<string | null>(null);
  const webhooks = answer.value?.webhooks ?? [];
  if (webhooks.length === 0) return <Problem sentence={answer.problem} />;
  return (
    <section aria-labelledby="webhooks-title">
      <h3 id="webhooks-title">Webhooks</h3>
      <Problem sentence={answer.problem} />
      <Problem
        sentence={refusal}
        onClose={() => {
          setRefusal(null);
        }}
      />
      <div className="wide">
        <table className="table stacked">
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col">Muted</th>
              <th scope="col">Command</th>
            </tr>
          </thead>
          <tbody>
            {webhooks.map((webhook) => (
              <WebhookRow key={webhook.name} webhook={webhook} onRefused={setRefusal} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
