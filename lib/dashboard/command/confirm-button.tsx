import type { ReactNode } from 'react';
import { Button, DialogTrigger } from 'react-aria-components';
import { DialogButtons, PageDialog } from '../dialog/page-dialog.tsx';
import { Problem } from '../words/problem.tsx';
import type { Command } from '../../frontend/command/consequences.ts';
import { LABELS } from '../../frontend/command/send.ts';
import { useCommandBlock } from './use-command-block.ts';

interface ConfirmButtonProps {
  readonly command: Command;
  /** What the command is for, as it follows its name: `service pump1-corerl`. */
  readonly subject: string;
  /** Whether the command would change anything. */
  readonly isPossible: boolean;
  readonly onConfirm: () => void;
  /** What will happen. */
  readonly children: ReactNode;
}

/** A button that asks for confirmation and says what will happen. */
export function ConfirmButton({ command, subject, isPossible, onConfirm, children }: ConfirmButtonProps): ReactNode {
  const label = LABELS[command];
  const block = useCommandBlock();
  return (
    <DialogTrigger>
      <Button className="button" isDisabled={block !== null || !isPossible}>
        {label}
      </Button>
      <PageDialog isAlert title={`${label} ${subject}?`}>
        {(close) => (
          <>
            {children}
            <Problem sentence={block} />
            <DialogButtons
              close={close}
              label={label}
              hasFocus
              isDanger={command !== 'start'}
              isDisabled={block !== null}
              onConfirm={() => {
                close();
                onConfirm();
              }}
            />
          </>
        )}
      </PageDialog>
    </DialogTrigger>
  );
}
