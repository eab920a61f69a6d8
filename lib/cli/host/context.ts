import { resolve } from 'node:path';
import type { Client } from '../../client/client.ts';
import { colorsFor, type Colors } from '../output/colors.ts';
import { printJson, type CommandIo, type ProgramIo } from '../output/io.ts';
import { visibleOn } from '../output/visible.ts';

/** The environment of a command to a host. */
export interface HostContext extends ProgramIo {
  readonly client: Client;
  readonly url: string;
  /** Whether the host sees the files of this machine under the same paths. */
  readonly isLocal: boolean;
  /** Whether the output is for programs. */
  readonly isJson: boolean;
  /** The colours for `out`. */
  readonly colors: Colors;
  /** The width to which output on `out` is cut; undefined: unlimited. */
  readonly width: number | undefined;
  readonly interrupted: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** A command to a host; resolves with the exit code. */
export type HostRun = (context: HostContext) => Promise<number>;

/** The part of a context about presentation. */
export function presentation(io: CommandIo): Pick<HostContext, 'colors' | 'width'> {
  return { colors: colorsFor(io.out, io.env), width: io.out.isTTY === true ? io.out.columns : undefined };
}

/** Prints the result of a command: one document for programs, or lines for people. */
export function printResult(context: HostContext, document: unknown, lines: () => string): void {
  if (context.isJson) printJson(context.out, document);
  else context.out.write(visibleOn(context.out, lines()));
}

/**
 * The path of a file as the host must receive it: absolute on this machine; a path for another machine is unchanged.
 */
export function pathForHost(file: string, { isLocal }: HostContext): string {
  return isLocal ? resolve(file) : file;
}
