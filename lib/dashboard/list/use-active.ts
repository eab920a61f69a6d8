import { useState } from 'react';

/** The row from which keys move: the last selected one, or a row without a detail view that keys have reached since. */
export function useActive(chosen: string | null): readonly [string | null, (id: string) => void] {
  const [active, setActive] = useState({ id: chosen, chosen });
  // Selected elsewhere, by a link or an address.
  if (active.chosen !== chosen) setActive({ id: chosen, chosen });
  return [
    active.id,
    (id) => {
      setActive({ id, chosen });
    },
  ];
}
