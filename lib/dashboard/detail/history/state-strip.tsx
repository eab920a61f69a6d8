import { useMemo } from 'react';
import type { ReactNode } from 'react';
import { localInstant } from '../../words/time.ts';
import type { Stretch } from './steps.ts';

interface StateStripProps {
  readonly stretches: readonly Stretch[];
  /** Where the slider is, in milliseconds since the epoch. */
  readonly at: number;
}

const WIDTH = 1_000;

/** The states over time as a strip of colours; the same is in the table below it in words. */
export function StateStrip({ stretches, at }: StateStripProps): ReactNode {
  const from = stretches[0]?.from ?? 0;
  const to = stretches.at(-1)?.to ?? 0;
  const bars = useMemo(() => {
    const scale = to > from ? WIDTH / (to - from) : 0;
    return stretches.map((stretch) => ({
      ...stretch,
      x: (stretch.from - from) * scale,
      // What was short is seen too.
      width: Math.max(3, (stretch.to - stretch.from) * scale),
    }));
  }, [stretches, from, to]);
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
