import { startTransition, useEffect, useState } from 'react';

/**
 * A value, one paint later than it changes: what depends on it and takes long to draw does not keep the answer to a press
 * off the screen, as it may with `useDeferredValue`, which does not wait for the paint.
 */
export function useAfterPaint<T>(value: T): T {
  const [shown, setShown] = useState(value);
  useEffect(() => {
    let timer: number | undefined;
    const frame = requestAnimationFrame(() => {
      timer = window.setTimeout(() => {
        startTransition(() => {
          setShown(() => value);
        });
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [value]);
  return shown;
}
