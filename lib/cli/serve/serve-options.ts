import { hostname } from 'node:os';
import { join } from 'node:path';
import type { ServeOptions } from '../../host/options.ts';
import { hostVersion } from '../../host/version.ts';
import { DEFAULT_INSPECTOR_URL } from '../../model/values/inspector-url.ts';
import { readAccess } from './access-options.ts';
import { parseRaw, type RawOptions } from './flags.ts';
import { listenPlace, tlsFiles } from './listen-options.ts';
import {
  apiUrl,
  displayName,
  existingFile,
  existingFolder,
  existingFolders,
  fileToBe,
  folderToBe,
  hostNames,
  logLevel,
  onExit,
  OptionError,
  origins,
  engineName,
  orphans,
  pageUrl,
} from './option-values.ts';

/**
 * `warnings`: deprecated options that were used. `exit`: nothing to run; print `output` to stdout with code 0, to
 * stderr with code 2.
 */
export type CommandLine =
  | { readonly type: 'serve'; readonly options: ServeOptions; readonly warnings: readonly string[] }
  | { readonly type: 'exit'; readonly code: 0 | 2; readonly output: string };

function serveOptions(raw: RawOptions, env: NodeJS.ProcessEnv): ServeOptions {
  if (raw.basePath === undefined) {
    throw new OptionError('--base-path is required; use the folder with the service executables.');
  }
  const basePath = existingFolder(raw.basePath);
  const place = listenPlace(raw);
  return {
    name: raw.name === undefined ? hostname() : displayName(raw.name),
    basePath,
    stateDir: raw.stateDir === undefined ? join(basePath, '.coredinator') : folderToBe(raw.stateDir),
    configFile: raw.config === undefined ? null : existingFile(raw.config),
    configRoot: raw.configRoot === undefined ? null : existingFolder(raw.configRoot),
    executableRoots: raw.executableRoot === undefined ? [] : existingFolders(raw.executableRoot),
    place,
    tls: tlsFiles(raw),
    onExit: raw.onExit === undefined ? 'detach' : onExit(raw.onExit),
    orphans: raw.orphans === undefined ? 'adopt' : orphans(raw.orphans),
    engine: raw.engine === undefined ? null : engineName(raw.engine),
    access: readAccess(raw, place.type === 'tcp' ? place.host : null, env),
    allowedHosts: raw.allowedHost === undefined ? [] : hostNames(raw.allowedHost),
    corsOrigins: raw.corsOrigin === undefined ? [] : origins(raw.corsOrigin),
    advertiseUrl: raw.advertiseUrl === undefined ? null : apiUrl(raw.advertiseUrl),
    inspectorUrl: raw.inspectorUrl === undefined ? DEFAULT_INSPECTOR_URL : pageUrl(raw.inspectorUrl),
    logLevel: raw.logLevel === undefined ? 'info' : logLevel(raw.logLevel),
    logFile: raw.logFile === undefined ? null : fileToBe(raw.logFile),
  };
}

/**
 * Parses the command line of `coredinator serve` (`argv` without node and program) and the COREDINATOR_* variables; the
 * command line takes precedence. Accesses the file system only for files and folders that must exist, and for token
 * files.
 */
export function parseServeOptions(argv: readonly string[], env: NodeJS.ProcessEnv): CommandLine {
  const raw = parseRaw(argv, env, hostVersion());
  if (raw.type === 'exit') return raw;
  try {
    return { type: 'serve', options: serveOptions(raw.options, env), warnings: raw.warnings };
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    return { type: 'exit', code: 2, output: `error: ${error.message}\n` };
  }
}
