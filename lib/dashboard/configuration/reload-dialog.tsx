import { useCallback, useEffect, useState } from 'react';
import type { ReactNode } from 'react';
import { Button } from 'react-aria-components';
import type { ReloadView } from '../../api/schemas/config.ts';
import { counted } from '../../frontend/words/amount.ts';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { useCommandBlock } from '../command/use-command-block.ts';
import { DialogButtons } from '../dialog/page-dialog.tsx';
import { useHost } from '../host-context.ts';
import { Problem } from '../words/problem.tsx';
import { KeyChanges, Restarts, ServiceChanges } from './changes.tsx';

/** How far the reload is. What is applied is exactly what was shown, or nothing. */
type Step =
  | { readonly type: 'reading' }
  | { readonly type: 'shown' | 'applying' | 'applied'; readonly view: ReloadView }
  | { readonly type: 'refused'; readonly sentence: string };

function hasChanges({ changes, settings }: ReloadView): boolean {
  return changes.length + settings.length > 0;
}

function Changes({ view }: { readonly view: ReloadView }): ReactNode {
  const { changes, settings, restarts, skipped } = view;
  return (
    <>
      {hasChanges(view) ? (
        <>
          <ul className="changes" tabIndex={0} aria-label="What changes">
            {settings.map(({ agent_id: id, keys }) => (
              <li key={id ?? ''}>
                {id === null ? <b>The host</b> : <b>Agent {id}</b>}
                <KeyChanges keys={keys} />
              </li>
            ))}
            <ServiceChanges changes={changes} />
          </ul>
          <Restarts ids={restarts} />
        </>
      ) : (
        <p>Nothing changes: the files are as they were applied.</p>
      )}
      {skipped.map(({ agent_id: id, reason }) => (
        <p key={id} className="reason">
          Agent {id} is skipped: {reason}
        </p>
      ))}
    </>
  );
}

/** What a reload would change, old → new for each key, and the button that does it. */
export function ReloadDialog({ close }: { readonly close: () => void }): ReactNode {
  const { client } = useHost();
  const block = useCommandBlock();
  const [step, setStep] = useState<Step>({ type: 'reading' });
  const refuse = useCallback((error: unknown): void => {
    setStep({ type: 'refused', sentence: sentenceOf(error) });
  }, []);
  const read = useCallback((): void => {
    setStep({ type: 'reading' });
    client.reloadConfig({ query: { dry_run: true } }).then((view) => {
      setStep({ type: 'shown', view });
    }, refuse);
  }, [client, refuse]);
  useEffect(read, [read]);
  const apply = (view: ReloadView): void => {
    setStep({ type: 'applying', view });
    const headers = { 'if-match': `"${view.revision}"` };
    client.reloadConfig({ headers }).then((done) => {
      setStep({ type: 'applied', view: done });
    }, refuse);
  };
  switch (step.type) {
    case 'reading':
      return (
        <>
          <p role="status">The host reads its configuration…</p>
          <DialogButtons close={close} />
        </>
      );
    case 'refused':
      return (
        <>
          <Problem sentence={step.sentence} />
          <p>Nothing was changed.</p>
          <div className="dialog-buttons">
            <Button className="button" onPress={read}>
              Read again
            </Button>
            <Button className="button" onPress={close}>
              Close
            </Button>
          </div>
        </>
      );
    case 'applied':
      return (
        <>
          <p role="status">
            Reloaded: {counted(step.view.changes.length, 'service')} changed, {step.view.restarts.length} restarted.
          </p>
          <DialogButtons close={close} hasFocus />
        </>
      );
    case 'shown':
    case 'applying':
      return (
        <>
          <Changes view={step.view} />
          <Problem sentence={block} />
          {hasChanges(step.view) ? (
            <DialogButtons
              close={close}
              label="Reload"
              hasFocus
              isDanger={step.view.restarts.length > 0}
              isDisabled={block !== null}
              isPending={step.type === 'applying'}
              onConfirm={() => {
                apply(step.view);
              }}
            />
          ) : (
            <DialogButtons close={close} hasFocus />
          )}
        </>
      );
  }
}
