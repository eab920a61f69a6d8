import { useEffect, useState } from 'react';
import { useStaleSince } from '../host-context.ts';

/**
 * The time of what is shown, in milliseconds since the epoch: now, updated every second while something is counting, or
 * when the connection to the host was lost. Nothing counts on what may no longer be true.
 */
export function useNow(isTicking: boolean): number {
  const staleSince = useStaleSince();
  const isCounting = isTicking && staleSince === null;
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (!isCounting) return undefined;
    setNow(Date.now());
    const timer = setInterval(() => {
      setNow(Date.now());
    }, 1_000);
    return () => {
      clearInterval(timer);
    };
  }, [isCounting]);
  return staleSince ?? now;
}
