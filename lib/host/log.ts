import { lstatSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join, parse } from 'node:path';
import { multistream, pino, stdTimeFunctions } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Log } from '../ports/log.ts';

/** A stream cannot hold back more than that while its target takes nothing (a full disk); what comes then is dropped. */
const HELD_BACK_MAX = 1024 * 1024;
const FILE_SIZE = '10m';
const FILES_KEPT = 5;

/** What is logged, and where to. */
export interface LogOptions {
  /** `trace`, `debug`, `info`, `warn` or `error`. */
  readonly level: string;
  /** Also write there, rotated at 10 MiB; null: no file. */
  readonly file: string | null;
  /** Where records go: one JSON line each, or readable text if it is a terminal. Written synchronously if it has an `fd`. */
  readonly stream: { readonly fd?: number; readonly isTTY?: boolean; write(text: string): unknown };
}

/** The log of the running host. */
export interface AppLog extends Log {
  /** Resolves when every record is written and the file is closed. Records after that go to the stream only. */
  close(): Promise<void>;
}

/** What pino-roll gives: a stream into `host.1.log`, `host.2.log`, ... for the file `host.log`. */
interface RollingFile extends NodeJS.EventEmitter {
  /** The numbered file that is written now. */
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
    super(`The log file "${file}" cannot be written (${reason}); give another one with --log-file.`, { cause });
    this.name = 'LogFileError';
  }
}

function streamTarget(stream: LogOptions['stream']): DestinationStream {
  if (stream.fd === undefined) return { write: (line) => void stream.write(line) };
  // Synchronous: the last lines before an exit or a crash are the ones that matter.
  const sink = pino.destination({ dest: stream.fd, sync: true, maxLength: HELD_BACK_MAX });
  // Whoever read the stream is gone (EPIPE, EIO): there is nobody left to tell, and the services must not notice.
  sink.on('error', () => undefined);
  return sink;
}

async function prettyTarget(target: DestinationStream): Promise<DestinationStream> {
  const { prettyFactory } = await import('pino-pretty');
  const pretty = prettyFactory({ colorize: true, translateTime: 'SYS:HH:MM:ss.l' });
  return {
    write: (line) => {
      target.write(pretty(line));
    },
  };
}

/** Makes `file` a link to the numbered file that is written now, so that the name that was asked for is the log. */
function linkTo(current: string, file: string): void {
  const link = `${file}.link`;
  rmSync(link, { force: true });
  symlinkSync(basename(current), link);
  renameSync(link, file);
}

/** A plain file of that name, from elsewhere, becomes the oldest of the rotation. */
function setAside(file: string): void {
  if (lstatSync(file, { throwIfNoEntry: false })?.isFile() !== true) return;
  const { dir, name, ext } = parse(file);
  renameSync(file, join(dir, `${name}.0${ext === '' ? '.log' : ext}`));
}

async function fileTarget(file: string, failed: (err: unknown) => void): Promise<FileTarget> {
  setAside(file);
  // Loaded only when it is asked for: it brings 12 MiB of code along.
  // @ts-expect-error the package has no types; Roll is the part of it that is used here
  const { default: roll } = (await import('pino-roll')) as { readonly default: Roll };
  const limit = { count: FILES_KEPT, removeOtherLogFiles: true };
  const options = { size: FILE_SIZE, limit, mkdir: true, sync: true, maxLength: HELD_BACK_MAX, mode: 0o600 };
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
  const plain = streamTarget(stream);
  const target = stream.isTTY === true ? await prettyTarget(plain) : plain;
  if (file === null) return appLog(loggerTo(level, target), () => Promise.resolve());
  let hasFailed = false;
  const kept = await fileTarget(file, (err) => {
    if (!hasFailed)
      loggerTo(level, target).error({ err, file }, 'the log file cannot be written; records are missing there');
    hasFailed = true;
  }).catch((cause: unknown) => {
    throw new LogFileError(file, cause);
  });
  // The logger's own level has been asked already: both streams take what it lets through.
  const both = multistream([
    { level: 'trace', stream: target },
    { level: 'trace', stream: kept },
  ]);
  return appLog(loggerTo(level, both), () => kept.close());
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
