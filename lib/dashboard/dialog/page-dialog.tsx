import type { ReactNode } from 'react';
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import './dialog.css';

interface PageDialogProps {
  readonly title: ReactNode;
  /** It asks whether something is to happen. */
  readonly isAlert?: boolean;
  /** It shows lists. */
  readonly isWide?: boolean;
  /** Absent: the DialogTrigger around it decides. */
  readonly isOpen?: boolean;
  readonly onOpenChange?: (isOpen: boolean) => void;
  readonly children: (close: () => void) => ReactNode;
}

/** A dialog over the page. */
export function PageDialog({
  title,
  isAlert = false,
  isWide = false,
  children,
  ...opening
}: PageDialogProps): ReactNode {
  return (
    <ModalOverlay className="overlay" isDismissable {...opening}>
      <Modal className={isWide ? 'modal modal-wide' : 'modal'}>
        <Dialog role={isAlert ? 'alertdialog' : 'dialog'} className="dialog">
          {({ close }) => (
            <>
              <Heading slot="title">{title}</Heading>
              {children(close)}
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

interface DialogButtonsProps {
  readonly close: () => void;
  /** What the dialog is for; absent: it only shows something. */
  readonly label?: string;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly isPending?: boolean;
  /** Absent: the button submits the form that it is in. */
  readonly onConfirm?: () => void;
  /** Whether the focus is first on the button that changes nothing. */
  readonly hasFocus?: boolean;
}

/** The buttons of a dialog: the one that changes nothing, and the one that does. */
export function DialogButtons(props: DialogButtonsProps): ReactNode {
  const { close, label, isDanger = false, isDisabled = false, isPending = false, onConfirm, hasFocus = false } = props;
  return (
    <div className="dialog-buttons">
      <Button className="button" autoFocus={hasFocus} onPress={close}>
        {label === undefined ? 'Close' : 'Cancel'}
      </Button>
      {label === undefined ? null : (
        <Button
          type={onConfirm === undefined ? 'submit' : 'button'}
          className={isDanger ? 'button button-danger' : 'button button-do'}
          isDisabled={isDisabled}
          isPending={isPending}
          {...(onConfirm === undefined ? {} : { onPress: onConfirm })}
        >
          {label}
        </Button>
      )}
    </div>
  );
}
