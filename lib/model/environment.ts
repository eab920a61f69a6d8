/** What a service manager says to the host alone: a child that believed it would speak and be watched in its place. */
const FOR_THE_HOST_ALONE: ReadonlySet<string> = new Set([
  'NOTIFY_SOCKET',
  'WATCHDOG_PID',
  'WATCHDOG_USEC',
  'LISTEN_PID',
  'LISTEN_FDS',
  'LISTEN_FDNAMES',
]);

/** Variables of the host that its children may see: everything but its own settings, which hold tokens, and its own manager. */
export function inheritable(base: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    const isKept = !name.startsWith('COREDINATOR_') && !FOR_THE_HOST_ALONE.has(name);
    if (value !== undefined && isKept) kept[name] = value;
  }
  return kept;
}
