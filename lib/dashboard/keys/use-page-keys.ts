import { useEffect } from 'react';

/** What the keys of the whole page do. */
export interface PageKeys {
  /** `/`: goes to the filter of the list. */
  readonly onFilter: () => void;
  /** `?`: shows the keys. */
  readonly onHelp: () => void;
}

/** Whether a key belongs to what has the focus, or to a dialog. */
function isTaken({ target, ctrlKey, metaKey, altKey, defaultPrevented }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey || defaultPrevented) return true;
  if (document.querySelector('[role=dialog], [role=alertdialog]') !== null) return true;
  return target instanceof HTMLElement && target.closest('input, textarea, select, [contenteditable]') !== null;
}

/** Listens to the keys of the whole page. */
export function usePageKeys({ onFilter, onHelp }: PageKeys): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (isTaken(event)) return;
      if (event.key === '/') onFilter();
      else if (event.key === '?') onHelp();
      else return;
      event.preventDefault();
    };
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', listen);
    };
  }, [onFilter, onHelp]);
}
