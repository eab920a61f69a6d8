import type { Clock } from '../../ports/clock.ts';
import type { ProcessUsage } from '../../ports/process-usage.ts';
import { machineUnits } from './units.ts';
import { UsageReader, type UsedTree } from './usage-reader.ts';
import { UsageTable } from './usage-table.ts';

/** What these trees use, as far as this system tells. */
export function usageOf(trees: () => Iterable<UsedTree>, clock: Clock): ProcessUsage {
  if (process.platform !== 'linux') return { read: () => Promise.resolve(null) };
  const table = new UsageTable();
  return new UsageReader({ trees, read: () => table.read(), units: machineUnits(), clock });
}
