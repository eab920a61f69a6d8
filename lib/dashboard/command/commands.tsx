import { useState } from 'react';
import type { ReactNode } from 'react';
import { useHost } from '../host-context.ts';
import { Problem } from '../words/problem.tsx';
import { sentenceOf } from '../../frontend/words/sentence.ts';
import { ConfirmButton } from './confirm-button.tsx';
import { COMMANDS, consequences, isPossible } from '../../frontend/command/consequences.ts';
import type { Command, Target } from '../../frontend/command/consequences.ts';
import { DONE, IN_PROGRESS, send } from '../../frontend/command/send.ts';
import { useCommandBlock } from './use-command-block.ts';
import './commands.css';

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
            subject={`${target.type} ${target.view.id}`}
            isPossible={isPossible(command, target)}
            onConfirm={() => {
              confirm(command);
            }}
          >
            <p>{consequences(command, target)}</p>
          </ConfirmButton>
        ))}
      </div>
      <span className="command-outcome" role="status">
        {block ?? outcome(sent)}
      </span>
      <Problem
        sentence={sent.type === 'refused' ? sent.sentence : null}
        onClose={() => {
          setSent({ type: 'nothing' });
        }}
      />
    </div>
  );
}
