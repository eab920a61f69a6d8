import { realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { compareReleases, isInRange, parseRelease, type Release } from '../model/policy/version.ts';
import type { Executable, ExecutableChoice } from '../model/process.ts';
import type { ExecutableQuery, Fallback, VersionedExecutable } from '../ports/catalog.ts';
import { inspectFile, type Listing } from './folder-scan.ts';

export interface ChoiceContext {
  readonly basePath: string;
  /** Folders outside of the base path that links may lead into. */
  readonly roots: readonly string[];
  /** The name of the host's platform in file names (contract 4). */
  readonly platform: string;
  /** Called with a chosen file that any user of this machine can replace. */
  readonly onOpen: (path: string) => void;
  /** Called with a chosen file and its equally good alternatives. */
  readonly onTwins: (path: string, twins: readonly string[]) => void;
}

interface Candidate {
  readonly path: string;
  readonly isLink: boolean;
  readonly depth: number;
  readonly release: Release;
}

/** An inspected executable. */
interface Inspection extends Executable {
  readonly isOpen: boolean;
}

/** The chosen candidate. */
interface Best {
  readonly candidate: Candidate;
  readonly inspection: Inspection;
}

const MAX_NAMED = 5;

/** The best listed file that matches a query and is executable, or why there is none. */
export async function chooseFrom(
  listing: Listing,
  query: ExecutableQuery,
  context: ChoiceContext,
): Promise<ExecutableChoice> {
  const { basePath, platform } = context;
  const roots = rootsOf(context);
  const named = candidates(listing, query.executable, platform);
  const fitting = named.filter(({ release }) => isInRange(release, query.version));
  const reasons: string[] = [];
  const best = await firstExecutable(fitting, roots, reasons);
  if (best !== null) {
    const { candidate, inspection } = await fallenBack(best, fitting, query.fallback, roots);
    return found(inspection, await twinsOf(candidate, inspection, fitting, roots), context);
  }
  const reason = `${missing(query, basePath)}${because(reasons, named, query, platform)}${unread(listing)}.`;
  return { type: 'missing', reason };
}

/** One executable of each version among the listed files, best first. */
export async function versionsFrom(
  listing: Listing,
  executable: string,
  context: ChoiceContext,
): Promise<readonly VersionedExecutable[]> {
  const roots = rootsOf(context);
  const byVersion = new Map<string, Candidate[]>();
  for (const candidate of candidates(listing, executable, context.platform)) {
    const { version } = candidate.release;
    if (version === null) continue;
    byVersion.set(version, [...(byVersion.get(version) ?? []), candidate]);
  }
  const found = [...byVersion].map(async ([version, files]) => {
    const best = await firstExecutable(files, roots, []);
    return best === null ? [] : [{ version, path: best.inspection.path }];
  });
  return (await Promise.all(found)).flat();
}

/** The file at a path, following links, or why it cannot be launched. */
export async function chooseFile(query: ExecutableQuery, context: ChoiceContext): Promise<ExecutableChoice> {
  const { executable, version } = query;
  const path = join(context.basePath, executable);
  const inspected = await inspectFile(path, true, rootsOf(context));
  if (inspected.type === 'unusable') return { type: 'missing', reason: `The executable ${inspected.reason}.` };
  const release = parseRelease(basename(inspected.path), basename(executable), context.platform);
  const known = release?.version ?? null;
  if (release === null ? version === null : isInRange(release, version)) {
    const { fingerprint, isOpen } = inspected;
    return found({ path: inspected.path, version: known, fingerprint, isOpen }, [], context);
  }
  const what = known === null ? 'a name without a version' : `version ${known}`;
  const reason = `The executable "${path}" has ${what}, which is not in the version range "${version ?? ''}".`;
  return { type: 'missing', reason };
}

function rootsOf({ basePath, roots }: ChoiceContext): readonly string[] {
  return [basePath, ...roots];
}

function found(
  { isOpen, ...executable }: Inspection,
  twins: readonly string[],
  { onOpen, onTwins }: ChoiceContext,
): ExecutableChoice {
  if (isOpen) onOpen(executable.path);
  if (twins.length === 0) return { type: 'found', executable };
  onTwins(executable.path, twins);
  return { type: 'found', executable: { ...executable, twins } };
}

async function firstExecutable(
  candidates: readonly Candidate[],
  roots: readonly string[],
  reasons: string[],
): Promise<Best | null> {
  for (const candidate of candidates) {
    const { path, isLink, release } = candidate;
    const inspected = await inspectFile(path, isLink, roots);
    if (inspected.type === 'executable') {
      const { fingerprint, isOpen } = inspected;
      return { candidate, inspection: { path: inspected.path, version: release.version, fingerprint, isOpen } };
    }
    reasons.push(inspected.reason);
  }
  return null;
}

/** Other executables of the same version at the same depth; links to the chosen file do not count. */
async function twinsOf(
  chosen: Candidate,
  { path }: Inspection,
  fitting: readonly Candidate[],
  roots: readonly string[],
): Promise<readonly string[]> {
  const others = fitting.filter((one) => one !== chosen && nearness(one, chosen) === 0);
  const inspected = await Promise.all(others.map((one) => inspectFile(one.path, one.isLink, roots)));
  return others.flatMap((other, index) => {
    const one = inspected[index];
    return one?.type === 'executable' && one.path !== path ? [other.path] : [];
  });
}

/**
 * The candidate with the path under which it is launched. A broken link stays, and is rejected when it is inspected.
 */
async function withoutLink(candidate: Candidate): Promise<Candidate> {
  if (!candidate.isLink) return candidate;
  return { ...candidate, path: await realpath(candidate.path).catch(() => candidate.path) };
}

/** A rejected file is still chosen if it is the only one: a program that may fail is better than none. */
async function fallenBack(
  best: Best,
  fitting: readonly Candidate[],
  fallback: Fallback | undefined,
  roots: readonly string[],
): Promise<Best> {
  if (fallback?.rejected !== best.inspection.fingerprint) return best;
  const resolved = await Promise.all(fitting.map(withoutLink));
  const others = resolved.filter(({ path }) => path !== best.inspection.path);
  const isStable = ({ path }: Candidate): boolean => path === fallback.lastGoodPath;
  const ordered = [...others.filter(isStable), ...others.filter((other) => !isStable(other))];
  return (await firstExecutable(ordered, roots, [])) ?? best;
}

/** Best first: by version, then by distance from the base path, then by path. */
function candidates({ files }: Listing, executable: string, platform: string): readonly Candidate[] {
  const found: Candidate[] = [];
  for (const { folder, name, isLink } of files) {
    const release = name.includes(executable) ? parseRelease(name, executable, platform) : null;
    if (release === null) continue;
    found.push({ path: join(folder, name), isLink, depth: folder.split(sep).length, release });
  }
  return found.sort((a, b) => nearness(a, b) || (a.path < b.path ? -1 : 1));
}

/** A sort order; 0: same version and same depth. */
function nearness(a: Candidate, b: Candidate): number {
  return compareReleases(a.release, b.release) || a.depth - b.depth;
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
