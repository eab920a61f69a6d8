import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';

/** The units in which the kernel counts processor time and resident sets. */
export interface Units {
  readonly ticksPerSecond: number;
  readonly pageBytes: number;
}

/** Entries of the auxiliary vector (getauxval(3)). */
const AT_PAGESZ = 6;
const AT_CLKTCK = 17;
/** The values of nearly every Linux. */
const USUAL: Units = { ticksPerSecond: 100, pageBytes: 4096 };

const NARROW: ReadonlySet<string> = new Set(['arm', 'ia32', 'mips', 'mipsel', 'ppc', 's390']);

/** The units in an auxiliary vector: pairs of machine words, of 4 or 8 bytes each. */
export function unitsIn(vector: Buffer, wordBytes: 4 | 8, isLittleEndian: boolean): Units {
  const word = (at: number): number => {
    if (wordBytes === 4) return isLittleEndian ? vector.readUInt32LE(at) : vector.readUInt32BE(at);
    return Number(isLittleEndian ? vector.readBigUInt64LE(at) : vector.readBigUInt64BE(at));
  };
  const found = new Map<number, number>();
  for (let at = 0; at + 2 * wordBytes <= vector.length; at += 2 * wordBytes) found.set(word(at), word(at + wordBytes));
  return {
    ticksPerSecond: found.get(AT_CLKTCK) ?? USUAL.ticksPerSecond,
    pageBytes: found.get(AT_PAGESZ) ?? USUAL.pageBytes,
  };
}

/** The units of this machine, which Node does not provide, but the kernel passes to each process at its start. */
export function machineUnits(): Units {
  try {
    return unitsIn(readFileSync('/proc/self/auxv'), NARROW.has(process.arch) ? 4 : 8, endianness() === 'LE');
  } catch {
    return USUAL; // on hardened kernels a process may not be able to read its own vector
  }
}
