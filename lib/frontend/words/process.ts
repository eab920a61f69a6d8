/** Where a process runs: its pid on the machine of the host, or its place elsewhere. */
interface Process {
  readonly pid: number | null;
  readonly place: string | null;
}

/** The process in a sentence; null: there is none. */
export function processWords({ pid, place }: Process): string | null {
  return place ?? (pid === null ? null : `pid ${pid}`);
}

/** The same in a table that says that it is about processes; null: there is none. */
export function processCell({ pid, place }: Process): string | null {
  return place ?? (pid === null ? null : String(pid));
}
