import { useState } from 'react';
import type { ReactNode } from 'react';
import { RadioButton, RadioField, RadioGroup } from 'react-aria-components';
import type { VersionChangeView, VersionsView } from '../../api/schemas/version.ts';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { useCommandBlock } from '../command/use-command-block.ts';
import { DialogButtons } from '../dialog/page-dialog.tsx';
import { useHost } from '../host-context.ts';
import { useAnswer } from '../use-answer.ts';
import { Problem } from '../words/problem.tsx';
import { Restarts, ServiceChanges } from './changes.tsx';

/** In place of a version: the configuration decides. */
const CONFIGURED = '';

function VersionRadio({ value, children }: { readonly value: string; readonly children: ReactNode }): ReactNode {
  return (
    <RadioField value={value}>
      <RadioButton className="version-choice">
        {({ isSelected }) => (
          <>
            <span aria-hidden="true">{isSelected ? '●' : '○'}</span>
            <span>{children}</span>
          </>
        )}
      </RadioButton>
    </RadioField>
  );
}

interface ChoiceProps {
  readonly versions: VersionsView;
  readonly chosen: string;
  readonly onChoice: (version: string) => void;
}

function Choice({ versions, chosen, onChoice }: ChoiceProps): ReactNode {
  const { available, configured, version: running } = versions;
  return (
    <RadioGroup className="versions" aria-label="Version" value={chosen} onChange={onChoice}>
      <VersionRadio value={CONFIGURED}>As configured: {configured ?? 'the best version that there is'}</VersionRadio>
      {available.map(({ version, executable }) => (
        <VersionRadio key={version} value={version}>
          {version}
          {version === running ? ' (runs now)' : ''} <code>{executable}</code>
        </VersionRadio>
      ))}
    </RadioGroup>
  );
}

function Preview({ preview }: { readonly preview: VersionChangeView }): ReactNode {
  const { changes, restarts } = preview;
  if (changes.length === 0) return <p>It is so already.</p>;
  return (
    <>
      <ul className="changes" aria-label="What changes">
        <ServiceChanges changes={changes} />
      </ul>
      <Restarts ids={restarts} />
    </>
  );
}

interface ProposalProps {
  readonly id: string;
  /** Null: the configuration decides. */
  readonly version: string | null;
  readonly close: () => void;
}

/** What one choice changes, and the button that does it. */
function Proposal({ id, version, close }: ProposalProps): ReactNode {
  const { client } = useHost();
  const block = useCommandBlock();
  const [isSending, setSending] = useState(false);
  const [refusal, setRefusal] = useState<string | null>(null);
  const { value: preview, problem } = useAnswer(
    (signal) => client.pinVersion({ id, body: { version, dry_run: true }, signal }),
    [client, id, version],
  );
  const confirm = (): void => {
    setSending(true);
    client.pinVersion({ id, body: { version } }).then(close, (error: unknown) => {
      setSending(false);
      setRefusal(sentenceOf(error));
    });
  };
  return (
    <>
      {preview === null ? null : <Preview preview={preview} />}
      <Problem sentence={refusal ?? problem ?? block} />
      <DialogButtons
        close={close}
        label={version === null ? 'Unpin' : `Pin to ${version}`}
        isDanger={(preview?.restarts.length ?? 0) > 0}
        isDisabled={block !== null || (preview?.changes.length ?? 0) === 0}
        isPending={isSending}
        onConfirm={confirm}
      />
    </>
  );
}

interface ChooserProps {
  readonly id: string;
  readonly versions: VersionsView;
  readonly close: () => void;
}

function Chooser({ id, versions, close }: ChooserProps): ReactNode {
  const [chosen, setChosen] = useState(versions.pin?.version ?? CONFIGURED);
  return (
    <>
      <Choice versions={versions} chosen={chosen} onChoice={setChosen} />
      <Proposal key={chosen} id={id} version={chosen === CONFIGURED ? null : chosen} close={close} />
    </>
  );
}

/** Pins a service to a version, an earlier one too, or lets its configuration decide again; shows first what changes. */
export function VersionDialog({ id, close }: { readonly id: string; readonly close: () => void }): ReactNode {
  const { client } = useHost();
  const { value: versions, problem } = useAnswer((signal) => client.getVersions({ id, signal }), [client, id]);
  if (versions !== null) return <Chooser id={id} versions={versions} close={close} />;
  return (
    <>
      {problem === null ? <p role="status">Reading the versions…</p> : <Problem sentence={problem} />}
      <DialogButtons close={close} />
    </>
  );
}
