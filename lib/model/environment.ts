/** Variables of the host that its children may see: everything but its own settings, which hold tokens. */
export function inheritable(base: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(base)) {
    if (value !== undefined && !name.startsWith('COREDINATOR_')) kept[name] = value;
  }
  return kept;
}
