import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, DialogTrigger, Form, Label, TextArea, TextField } from 'react-aria-components';
import type { ServiceView } from '../../api/schemas/service.ts';
import { acknowledgementConsequences, canAcknowledge } from '../../frontend/command/consequences.ts';
import { DialogButtons, PageDialog } from '../dialog/page-dialog.tsx';
import { useHost } from '../host-context.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { localInstant } from '../words/time.ts';
import { useNow } from '../words/use-now.ts';
import { useCommandBlock } from './use-command-block.ts';
import './acknowledge.css';

const MAX_NOTE_LENGTH = 1000;

interface AcknowledgeFormProps {
  readonly id: string;
  readonly close: () => void;
}

function AcknowledgeForm({ id, close }: AcknowledgeFormProps): ReactNode {
  const { client } = useHost();
  const [note, setNote] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const block = useCommandBlock();
  const submit = (): void => {
    client
      .acknowledgeService({ id, body: { note: note.trim() === '' ? null : note } })
      .then(close, (error: unknown) => {
        setRefusal(sentenceOf(error));
      });
  };
  return (
    <Form
      className="acknowledge-form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p>{acknowledgementConsequences(id)}</p>
      <TextField value={note} onChange={setNote} maxLength={MAX_NOTE_LENGTH} autoFocus>
        <Label>Note (optional)</Label>
        <TextArea />
      </TextField>
      <Problem sentence={refusal ?? block} />
      <DialogButtons close={close} label="Acknowledge" isDisabled={block !== null} />
    </Form>
  );
}

function Acknowledged({ acknowledgement }: Pick<ServiceView, 'acknowledgement'>): ReactNode {
  const now = useNow(false);
  if (acknowledgement === null) return null;
  const { at, actor, note } = acknowledgement;
  return (
    <p>
      <b>Acknowledged</b>
      {actor === null ? '' : ` by ${actor}`} at {localInstant(at, now)}
      {note === null ? '' : `: ${note}`}
    </p>
  );
}

/** Who has acknowledged the failure of a service, and the button to do so; nothing if it is not failing. */
export function Acknowledgement({ service }: { readonly service: ServiceView }): ReactNode {
  const { id, acknowledgement } = service;
  const block = useCommandBlock();
  if (!canAcknowledge(service)) return null;
  return (
    <div className="acknowledgement">
      <Acknowledged acknowledgement={acknowledgement} />
      <DialogTrigger>
        <Button className="button" isDisabled={block !== null}>
          {acknowledgement === null ? 'Acknowledge' : 'Acknowledge again'}
        </Button>
        <PageDialog title={`Acknowledge the failure of ${id}?`}>
          {(close) => <AcknowledgeForm id={id} close={close} />}
        </PageDialog>
      </DialogTrigger>
    </div>
  );
}
