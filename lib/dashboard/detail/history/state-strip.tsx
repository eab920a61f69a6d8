import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { localInstant } from '../../words/time.ts';
import type { Period } from './steps.ts';

interface StateStripProps {
  readonly periods: readonly Period[];
  /** The position of the slider, in milliseconds since the epoch. */
  readonly at: number;
}

const WIDTH = 1_000;

/** The states over time as a strip of colours; the table below has the same in words. */
export function StateStrip({ periods, at }: StateStripProps): ReactNode {
  const from = periods[0]?.from ?? 0;
  const to = periods.at(-1)?.to ?? 0;
  const bars = useMemo(() => {
    const scale = to > from ? WIDTH / (to - from) : 0;
    return periods.map((period) => ({
      ...period,
      x: (period.from - from) * scale,
      // Short states must stay visible.
      width: Math.max(3, (period.to - period.from) * scale),
    }));
  }, [periods, from, to]);
  const x = to > from ? ((at - from) / (to - from)) * WIDTH : 0;
  const now = Date.now();
  return (
    <div className="strip">
      <svg viewBox={`0 0 ${WIDTH} 24`} preserveAspectRatio="none" aria-hidden="true">
        {bars.map((bar) => (
          <rect
            key={bar.from}
            className={`is-${bar.state ?? 'stopped'}`}
            x={bar.x}
            y="2"
            width={bar.width}
            height="20"
          />
        ))}
        <line className="strip-place" x1={x} x2={x} y1="0" y2="24" />
      </svg>
      <div className="strip-ends">
        <span>{localInstant(new Date(from).toISOString(), now)}</span>
        <span>now</span>
      </div>
    </div>
  );
}
