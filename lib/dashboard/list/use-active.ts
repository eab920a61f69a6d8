import { useState } from 'react';

/** Which row the keys move from: what was chosen last, or a row that cannot be chosen and was moved to since. */
export function useActive(chosen: string | null): readonly [string | null, (id: string) => void] {
  const [active, setActive] = useState({ id: chosen, chosen });
  // Chosen elsewhere, by a link or an address.
  if (active.chosen !== chosen) setActive({ id: chosen, chosen });
  return [
    active.id,
    (id) => {
      setActive({ id, chosen });
    },
  ];
}
