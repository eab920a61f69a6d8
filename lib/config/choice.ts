import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { compareReleases, isInRange, parseRelease, type Release } from '../model/policy/version.ts';
import type { Executable, ExecutableChoice } from '../model/process.ts';
import type { ExecutableQuery, Fallback } from '../ports/catalog.ts';
import { inspectFile, type Listing } from './folder-scan.ts';

export interface ChoiceContext {
  readonly basePath: string;
  /** The host's platform in file names (contract 4). */
  readonly platform: string;
  /** Called with a chosen file that any user of this machine can replace. */
  readonly onOpen: (path: string) => void;
}

interface Candidate {
  readonly path: string;
  readonly isLink: boolean;
  readonly release: Release;
}

/** An inspected executable. */
interface Inspection extends Executable {
  readonly isOpen: boolean;
}

const MAX_NAMED = 5;

/** The best listed file that matches a query and is executable, or why there is none. */
export async function chooseFrom(
  listing: Listing,
  query: ExecutableQuery,
  { basePath, platform, onOpen }: ChoiceContext,
): Promise<ExecutableChoice> {
  const named = candidates(listing, query.executable, platform);
  const fitting = named.filter(({ release }) => isInRange(release, query.version));
  const reasons: string[] = [];
  const best = await firstExecutable(fitting, basePath, reasons);
  if (best !== null) {
    const { isOpen, ...executable } = await fallenBack(best, fitting, query.fallback, basePath);
    if (isOpen) onOpen(executable.path);
    return { type: 'found', executable };
  }
  const reason = `${missing(query, basePath)}${because(reasons, named, query, platform)}${unread(listing)}.`;
  return { type: 'missing', reason };
}

async function firstExecutable(
  candidates: readonly Candidate[],
  basePath: string,
  reasons: string[],
): Promise<Inspection | null> {
  for (const { path, isLink, release } of candidates) {
    const inspected = await inspectFile(path, isLink, basePath);
    if (inspected.type === 'executable') {
      const { fingerprint, isOpen } = inspected;
      return { path: inspected.path, version: release.version, fingerprint, isOpen };
    }
    reasons.push(inspected.reason);
  }
  return null;
}

/** A candidate with the path under which it is launched; a broken link is rejected by the inspection. */
async function withoutLink(candidate: Candidate): Promise<Candidate> {
  if (!candidate.isLink) return candidate;
  return { ...candidate, path: await realpath(candidate.path).catch(() => candidate.path) };
}

/** A rejected file is still chosen if it is the only one: a program that may fail is better than none. */
async function fallenBack(
  best: Inspection,
  fitting: readonly Candidate[],
  fallback: Fallback | undefined,
  basePath: string,
): Promise<Inspection> {
  if (fallback?.rejected !== best.fingerprint) return best;
  const resolved = await Promise.all(fitting.map(withoutLink));
  const others = resolved.filter(({ path }) => path !== best.path);
  const isStable = ({ path }: Candidate): boolean => path === fallback.lastGoodPath;
  const inTurn = [...others.filter(isStable), ...others.filter((other) => !isStable(other))];
  return (await firstExecutable(inTurn, basePath, [])) ?? best;
}

/** Best first; equal releases are ordered by path. */
function candidates({ files }: Listing, executable: string, platform: string): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const { folder, name, isLink } of files) {
    const release = name.includes(executable) ? parseRelease(name, executable, platform) : null;
    if (release !== null) found.push({ path: join(folder, name), isLink, release });
  }
  return found.sort((a, b) => compareReleases(a.release, b.release) || (a.path < b.path ? -1 : 1));
}

function missing({ executable, version }: ExecutableQuery, basePath: string): string {
  const range = version === null ? '' : ` in the version range "${version}"`;
  return `No executable "${executable}"${range} below ${basePath}`;
}

function because(
  reasons: readonly string[],
  named: readonly Candidate[],
  { executable }: ExecutableQuery,
  platform: string,
): string {
  if (reasons.length > 0) return `: ${someOf(reasons)}`;
  if (named.length > 0) return `; found ${someOf(named.map(({ release }) => release.name))}`;
  const names = [`${executable}-1.2.3`, `${platform}-${executable}-v1.2.3`, `${platform}-${executable}-dev4-v1.2.3`];
  return `; matching names are ${names.join(', ')} and ${executable}`;
}

function unread({ unreadable }: Listing): string {
  return unreadable.length === 0 ? '' : ` (not searched because unreadable: ${someOf(unreadable)})`;
}

function someOf(texts: readonly string[]): string {
  const more = texts.length - MAX_NAMED;
  return `${texts.slice(0, MAX_NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
