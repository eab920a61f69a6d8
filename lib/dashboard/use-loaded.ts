import { useEffect, useState } from 'react';

/** A part of the page that is loaded when it is wanted first. */
export interface Loaded<T> {
  /** Null: not loaded yet. */
  readonly value: T | null;
  readonly problem: string | null;
}

const NOTHING = { value: null, problem: null };

/** Loads a part of the page as soon as it is wanted. `load` must stay the same function. */
export function useLoaded<T>(load: () => Promise<T>, isWanted: boolean): Loaded<T> {
  const [loaded, setLoaded] = useState<Loaded<T>>(NOTHING);
  useEffect(() => {
    if (!isWanted) return;
    load().then(
      (value) => {
        setLoaded({ value, problem: null });
      },
      () => {
        // A browser does not load a script again that it could not load once.
        setLoaded({ value: null, problem: 'This part of the page could not be loaded. Reload the page.' });
      },
    );
  }, [load, isWanted]);
  return loaded;
}
