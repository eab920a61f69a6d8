import type { Exposition } from '../../../lib/ports/meter.ts';

/** An exposition without metrics. */
export const NO_NUMBERS: Exposition = {
  contentType: 'text/plain; version=0.0.4; charset=utf-8',
  text: () => Promise.resolve('\n'),
};
