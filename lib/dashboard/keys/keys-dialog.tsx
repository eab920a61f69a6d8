import type { ReactNode } from 'react';
import { DialogButtons, PageDialog } from '../dialog/page-dialog.tsx';
import './keys-dialog.css';

const KEYS: readonly (readonly [keys: string, effect: string])[] = [
  ['/', 'go to the filter of the list'],
  ['?', 'show these keys'],
  ['Tab, Shift+Tab', 'move through filter, list, buttons and views'],
  ['Up, Down, Page Up, Page Down, Home, End', 'in the list: go to another row'],
  ['Right, Left', 'in the list: open or close a group, go into or out of it; in views: the next or previous one'],
  ['letters', 'in the list: go to a name'],
  ['Space', 'in the list: select a row for a command'],
  ['Ctrl+A, Escape', 'in the list: select all services that it shows, or nothing'],
  ['Enter', 'in the list: open or close a group; on a button: press it'],
  ['Left, Right, +, −, Home, End', 'in a timeline: move, zoom, go to the oldest or to now'],
  ['Up, Down', 'in a timeline: choose a service'],
  [', and .', 'in a timeline: go to the event before or after'],
  ['Shift+Left, Shift+Right', 'in a timeline: select a range; Escape: none'],
  ['Escape', 'close a dialog'],
];

interface KeysDialogProps {
  readonly isOpen: boolean;
  readonly onOpenChange: (isOpen: boolean) => void;
}

/** The keys of the page. */
export function KeysDialog({ isOpen, onOpenChange }: KeysDialogProps): ReactNode {
  return (
    <PageDialog title="Keys" isOpen={isOpen} onOpenChange={onOpenChange}>
      {(close) => (
        <>
          <dl className="keys">
            {KEYS.map(([keys, effect]) => (
              <div key={keys}>
                <dt>
                  <kbd>{keys}</kbd>
                </dt>
                <dd>{effect}</dd>
              </div>
            ))}
          </dl>
          <DialogButtons close={close} hasFocus />
        </>
      )}
    </PageDialog>
  );
}
