import { resolve } from 'node:path';
import type { Client } from '../../client/client.ts';
import { colorsFor, type Colors } from '../output/colors.ts';
import { printJson, type CommandIo, type ProgramIo } from '../output/io.ts';
import { visibleOn } from '../output/visible.ts';

/** What a command to a host works with. */
export interface HostContext extends ProgramIo {
  readonly client: Client;
  readonly url: string;
  /** Whether the host sees the files of this machine under the same paths. */
  readonly isLocal: boolean;
  /** Programs read the output. */
  readonly isJson: boolean;
  /** Those of `out`. */
  readonly colors: Colors;
  /** What is printed on `out` is cut to it; undefined: nothing is cut. */
  readonly width: number | undefined;
  readonly interrupted: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A command to a host; resolves with the exit code. */
export type HostRun = (context: HostContext) => Promise<number>;

/** The part of a context that is about how things are shown. */
export function presentation(io: CommandIo): Pick<HostContext, 'colors' | 'width'> {
  return { colors: colorsFor(io.out, io.env), width: io.out.isTTY === true ? io.out.columns : undefined };
}

/** Prints the result of a command: one document for programs, or the lines for people. */
export function printResult(context: HostContext, document: unknown, lines: () => string): void {
  if (context.isJson) printJson(context.out, document);
  else context.out.write(visibleOn(context.out, lines()));
}

/** A host on this machine reads the file that the user means; a path on another machine is for that machine to know. */
export function pathForHost(file: string, { isLocal }: HostContext): string {
  return isLocal ? resolve(file) : file;
}
