import semver from 'semver';

/**
 * What a file name says about its build. `stable`: a release. `development`: a `dev<N>` build or a semver prerelease.
 * `plain`: the bare name. `unknown`: the name and some other text.
 */
export type Build = 'stable' | 'development' | 'plain' | 'unknown';

/** A file name parsed as a release of an executable. */
export interface Release {
  /** The file name, without `.exe` on Windows. */
  readonly name: string;
  readonly build: Build;
  /** Semver; null for `plain` and `unknown`. */
  readonly version: string | null;
  /** The N of `dev<N>`; null if there is none. */
  readonly devNumber: number | null;
}

const PREFERENCE: Readonly<Record<Build, number>> = { stable: 3, development: 2, plain: 1, unknown: 0 };
const PLATFORM_FORM = /^(?:dev(\d{1,15})-)?v(.+)$/;
let collator: Intl.Collator | null = null;

/** Compares digits as numbers, so that `-build10` is above `-build9`. Its tables take 10 ms to load, and few names need them. */
function byText(one: string, other: string): number {
  collator ??= new Intl.Collator('en', { numeric: true });
  return collator.compare(one, other);
}

/** Whether an `executable` of a kind is the path of one file, from the base path, and not a name to search for. */
export function isExecutablePath(executable: string): boolean {
  return executable.includes('/');
}

/** The name of a platform in file names: `linux`, `darwin`, `windows`; other systems keep their Node name. */
export function platformWord(nodePlatform: string): string {
  return nodePlatform === 'win32' ? 'windows' : nodePlatform;
}

/** Whether `text` is a semver range such as `1.2.3`, `^1.2` or `>=1 <3`. */
export function isVersionRange(text: string): boolean {
  return semver.validRange(text) !== null;
}

/** Whether `text` is one semver version such as `1.2.3` or `2.0.0-rc.1`, and not a range. */
export function isVersion(text: string): boolean {
  return /^\d\S*$/.test(text) && semver.valid(text) !== null;
}

/** Whether a version is in a semver range; null matches every version. */
export function isVersionIn(version: string, range: string | null): boolean {
  return range === null || semver.satisfies(version, range);
}

/**
 * Parses a file name as a release of `executable` (contract 4); null if it is not one, for example if it is for another
 * platform. On `windows` only names ending in `.exe` count: there the extension makes a file executable.
 */
export function parseRelease(fileName: string, executable: string, platform: string): Release | null {
  const name = platform === 'windows' ? withoutExe(fileName) : fileName;
  if (name === null) return null;
  if (name === executable) return { name, build: 'plain', version: null, devNumber: null };
  const text = after(name, `${executable}-`);
  if (text !== null) return versioned(name, text, null) ?? unknownRelease(name, text);
  const [, devNumber = null, version] = PLATFORM_FORM.exec(after(name, `${platform}-${executable}-`) ?? '') ?? [];
  return version === undefined ? null : versioned(name, version, devNumber === null ? null : Number(devNumber));
}

function withoutExe(fileName: string): string | null {
  return /\.exe$/i.test(fileName) ? fileName.slice(0, -4) : null;
}

function after(text: string, prefix: string): string | null {
  return text.startsWith(prefix) ? text.slice(prefix.length) : null;
}

function versioned(name: string, text: string, devNumber: number | null): Release | null {
  // semver tolerates a leading `v` or `=` and surrounding blanks; the names of the contract have none of them.
  const parsed = /^\d\S*$/.test(text) ? semver.parse(text) : null;
  if (parsed === null) return null;
  const isStable = devNumber === null && parsed.prerelease.length === 0;
  return { name, build: isStable ? 'stable' : 'development', version: text, devNumber };
}

function unknownRelease(name: string, text: string): Release | null {
  return text === '' ? null : { name, build: 'unknown', version: null, devNumber: null };
}

/**
 * A sort order: below 0 when `a` is preferred to `b`. Stable releases come first, then development builds, then the
 * bare name, then names with other text. Among versions the higher semver comes first; then a prerelease before its
 * `dev<N>` builds, as a release comes before its own; then the higher N. Among other texts the later one in alphabetic
 * order with numbers compared by value. 0: the same version, whatever the form of the names.
 */
export function compareReleases(a: Release, b: Release): number {
  return (
    PREFERENCE[b.build] - PREFERENCE[a.build] ||
    (a.version !== null && b.version !== null ? semver.compareBuild(b.version, a.version) : 0) ||
    compareDevNumbers(a.devNumber ?? Infinity, b.devNumber ?? Infinity) ||
    (a.build === 'unknown' && b.build === 'unknown' ? byText(b.name, a.name) : 0)
  );
}

function compareDevNumbers(a: number, b: number): number {
  return a === b ? 0 : b - a;
}

/**
 * Whether a release is in a semver range; null matches every release. A range never matches a name without a version,
 * and matches a prerelease only if it names one of the same version, as usual with semver.
 */
export function isInRange(release: Release, range: string | null): boolean {
  return range === null || (release.version !== null && semver.satisfies(release.version, range));
}
