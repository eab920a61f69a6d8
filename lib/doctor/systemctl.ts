import { execFile } from 'node:child_process';

const PATIENCE_MS = 3_000;

/** The KillMode of a unit; null where systemctl is not there or does not answer in time. */
export function killModeOf(unit: { readonly name: string; readonly isOfUser: boolean }): Promise<string | null> {
  const args = [...(unit.isOfUser ? ['--user'] : []), 'show', '--property=KillMode', '--value', unit.name];
  return new Promise((resolve) => {
    execFile('systemctl', args, { encoding: 'utf8', timeout: PATIENCE_MS }, (error, stdout) => {
      const mode = stdout.trim();
      resolve(error === null && mode !== '' ? mode : null);
    });
  });
}
