import { execFile } from 'node:child_process';

const TIMEOUT_MS = 3_000;

/** The KillMode of a unit; null if systemctl is missing or does not answer in time. */
export function killModeOf(unit: { readonly name: string; readonly isUserUnit: boolean }): Promise<string | null> {
  const args = [...(unit.isUserUnit ? ['--user'] : []), 'show', '--property=KillMode', '--value', unit.name];
  return new Promise((resolve) => {
    execFile('systemctl', args, { encoding: 'utf8', timeout: TIMEOUT_MS }, (error, stdout) => {
      const mode = stdout.trim();
      resolve(error === null && mode !== '' ? mode : null);
    });
  });
}
