import { lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { multistream, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Log } from '../ports/log.ts';
import { nonblockingStream, type NonblockingStream } from './nonblocking-stream.ts';

/** How many bytes the file's stream keeps while the disk accepts nothing; later records are dropped. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
const FILE_SIZE = '10m';
const FILES_KEPT = 5;

/** What is logged, and where. */
export interface LogOptions {
  /** `trace`, `debug`, `info`, `warn` or `error`. */
  readonly level: string;
  /** An additional file, rotated at 10 MiB; null: no file. */
  readonly file: string | null;
  /** Gets one JSON line per record, or readable text if it is a terminal. Never blocks if it has an `fd`. */
  readonly stream: { readonly fd?: number; readonly isTTY?: boolean; write(text: string): unknown };
}

/** The log of the running host. */
export interface AppLog extends Log {
  /** Resolves when every record is written (a slow stream gets a second) and the file is closed. Later records only go to the stream. */
  close(): Promise<void>;
}

/** The stream of pino-roll: writes to `host.1.log`, `host.2.log`, ... for the file `host.log`. */
interface RollingFile extends NodeJS.EventEmitter {
  /** The current numbered file. */
  readonly file: string;
  write(line: string): boolean;
  end(): void;
}

type Roll = (options: Readonly<Record<string, unknown>>) => Promise<RollingFile>;

interface FileTarget {
  write(line: string): void;
  close(): Promise<void>;
}

/** The log file cannot be opened; the message names it. */
export class LogFileError extends Error {
  constructor(file: string, cause: unknown) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`The log file "${file}" cannot be written (${reason}); choose another one with --log-file.`, { cause });
    this.name = 'LogFileError';
  }
}

/** The stream of the log: as it is, or never blocking if it is a descriptor. */
function streamTarget({ stream, level }: LogOptions): NonblockingStream {
  if (stream.fd === undefined) return { write: (line) => void stream.write(line), close: () => Promise.resolve() };
  const target: NonblockingStream = nonblockingStream(stream.fd, (records) => {
    const message = `${records} records of the log are missing here: its reader was too slow.`;
    loggerTo(level, target).warn({ records }, message);
  });
  return target;
}

async function prettyTarget(target: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss.l', singleLine: true });
  return {
    write: (line) => {
      target.write(pretty(line));
    },
  };
}

/** Makes `file` a link to the current numbered file, so that the configured name is the current log. */
function linkTo(current: string, file: string): void {
  const link = `${file}.link`;
  rmSync(link, { force: true });
  symlinkSync(basename(current), link);
  renameSync(link, file);
}

/** Renames an existing regular file of that name, so that it becomes the oldest of the rotation. */
function moveAside(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return;
  const { dir, name, ext } = parse(file);
  renameSync(file, join(dir, `${name}.0${ext === '' ? '.log' : ext}`));
}

async function fileTarget(file: string, failed: (err: unknown) => void): Promise<FileTarget> {
  moveAside(file);
  // Loaded only if needed: it adds 12 MiB of code.
  // @ts-expect-error the package has no types; Roll describes the part that is used here
  const { default: roll } = (await import('pino-roll')) as { readonly default: Roll };
  const limit = { count: FILES_KEPT, removeOtherLogFiles: true };
  const options = { size: FILE_SIZE, limit, mkdir: true, sync: true, maxLength: MAX_BUFFERED_BYTES, mode: 0o600 };
  const sink = await roll({ file, ...options });
  const link = (): void => {
    try {
      linkTo(sink.file, file);
    } catch (err) {
      failed(err);
    }
  };
  sink.on('error', failed);
  sink.on('ready', link);
  link();
  let isClosed = false;
  const write = (line: string): void => {
    if (!isClosed) sink.write(line);
  };
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      isClosed = true;
      sink.once('close', resolve);
      sink.end();
    });
  return { write, close };
}

function loggerTo(level: string, target: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    target,
  );
}

/** Opens the log of the host. Rejects with LogFileError; a file that fails later is reported once on the stream. */
export async function createLog(options: LogOptions): Promise<AppLog> {
  const { level, file, stream } = options;
  const plain = streamTarget(options);
  const target = stream.isTTY === true ? await prettyTarget(plain) : plain;
  if (file === null) return appLog(loggerTo(level, target), () => plain.close());
  let hasFailed = false;
  const kept = await fileTarget(file, (err) => {
    if (!hasFailed)
      loggerTo(level, target).error({ err, file }, 'the log file cannot be written; records are missing there');
    hasFailed = true;
  }).catch((cause: unknown) => {
    throw new LogFileError(file, cause);
  });
  // The logger has already applied its level: both streams accept everything.
  const both = multistream([
    { level: 'trace', stream: target },
    { level: 'trace', stream: kept },
  ]);
  return appLog(loggerTo(level, both), async () => {
    await kept.close();
    await plain.close();
  });
}

function appLog(logger: Logger, close: () => Promise<void>): AppLog {
  return {
    debug: (fields, message) => {
      logger.debug(fields, message);
    },
    info: (fields, message) => {
      logger.info(fields, message);
    },
    warn: (fields, message) => {
      logger.warn(fields, message);
    },
    error: (fields, message) => {
      logger.error(fields, message);
    },
    close,
  };
}
