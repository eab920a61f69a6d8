import { resolve } from 'node:path';
import type { HostContext } from './context.ts';

/** A host on this machine reads the file that the user means; a path on another machine is for that machine to know. */
export function pathForHost(file: string, { isLocal }: HostContext): string {
  return isLocal ? resolve(file) : file;
}
