import type { ReactNode } from 'react';
import { Button, Dialog, DialogTrigger, Heading, Modal, ModalOverlay } from 'react-aria-components';
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
      <ModalOverlay className="overlay" isDismissable>
        <Modal className="modal">
          <Dialog role="alertdialog" className="dialog">
            {({ close }) => (
              <>
                <Heading slot="title">
                  {label} {subject}?
                </Heading>
                {children}
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
