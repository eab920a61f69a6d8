import { formatLogAddress } from '../logs/model/address.ts';

/** The address of the output of a launch. */
export function outputOf(id: string, generation: number): string {
  return formatLogAddress({ ids: [id], stream: 'both', generation, line: null });
}
