import { useState } from 'react';
import type { ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { Client } from '../../client/client.ts';
import { useHost } from '../host-context.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../words/sentence.ts';
import { COMMANDS, consequences, isPossible } from './consequences.ts';
import type { Command, Target } from './consequences.ts';
import { useCommandBlock } from './use-command-block.ts';
import './commands.css';

const LABELS = { start: 'Start', stop: 'Stop', restart: 'Restart' } as const;
const DONE = { start: 'Started', stop: 'Stopped', restart: 'Restarted' } as const;
const IN_PROGRESS = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' } as const;

/** Sends a command; resolves when the host has responded. */
async function send(client: Client, command: Command, { type, view: { id } }: Target): Promise<void> {
  const calls = {
    service: { start: client.startService, stop: client.stopService, restart: client.restartService },
    agent: { start: client.startKnownAgent, stop: client.stopAgent, restart: client.restartAgent },
  };
  await calls[type][command]({ id });
}

interface ConfirmButtonProps {
  readonly command: Command;
  readonly target: Target;
  readonly onConfirm: () => void;
}

/** A button that asks for confirmation and says what will happen. */
function ConfirmButton({ command, target, onConfirm }: ConfirmButtonProps): ReactNode {
  const label = LABELS[command];
  const block = useCommandBlock();
  return (
    <DialogTrigger>
      <Button className="button" isDisabled={block !== null || !isPossible(command, target)}>
        {label}
      </Button>
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">
                  {label} {target.type} {target.view.id}?
                </Heading>
                <p>{consequences(command, target)}</p>
                <Problem sentence={block} />
                <div className="dialog-buttons">
                  <Button className="button" autoFocus onPress={close}>
                    Cancel
                  </Button>
                  <Button
                    isDisabled={block !== null}
                    className={command === 'start' ? 'button button-do' : 'button button-danger'}
                    onPress={() => {
                      close();
                      onConfirm();
                    }}
                  >
                    {label}
                  </Button>
                </div>
              </>
            )}
          </Dialog>
        </Modal>
      </ModalOverlay>
    </DialogTrigger>
  );
}

/** The outcome of the last command. */
type Sent =
  | { readonly type: 'nothing' }
  | { readonly type: 'under way' | 'done'; readonly command: Command }
  | { readonly type: 'refused'; readonly sentence: string };

function outcome(sent: Sent): string {
  if (sent.type === 'under way') return `${IN_PROGRESS[sent.command]}…`;
  return sent.type === 'done' ? `${DONE[sent.command]}.` : '';
}

/** The command buttons of an agent or a service, and the outcome. */
export function Commands({ target }: { readonly target: Target }): ReactNode {
  const { client } = useHost();
  const [sent, setSent] = useState<Sent>({ type: 'nothing' });
  const block = useCommandBlock();
  const confirm = (command: Command): void => {
    setSent({ type: 'under way', command });
    send(client, command, target).then(
      () => {
        setSent({ type: 'done', command });
      },
      (error: unknown) => {
        setSent({ type: 'refused', sentence: sentenceOf(error) });
      },
    );
  };
  return (
    <div className="commands">
      <div className="command-buttons" role="group" aria-label={`Commands for ${target.view.id}`}>
        {COMMANDS.map((command) => (
          <ConfirmButton
            key={command}
            command={command}
            target={target}
            onConfirm={() => {
              confirm(command);
            }}
          />
        ))}
      </div>
      <span className="command-outcome" role="status">
        {block ?? outcome(sent)}
      </span>
      <Problem sentence={sent.type === 'refused' ? sent.sentence : null} />
    </div>
  );
}
