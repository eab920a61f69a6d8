import type { HealthView } from '../../api/schemas/host.ts';
import { EXIT } from '../../host/exit-codes.ts';
import { plain } from '../../frontend/words/visible.ts';
import { printResult, type HostContext, type HostRun } from './context.ts';

/** Shows the health of a host; degraded counts as a failure. */
export const showHealth: HostRun = async (context) => {
  const health = await context.client.getHealth();
  print(context, health);
  return health.status === 'healthy' ? EXIT.ok : EXIT.failed;
};

/** Acknowledges the notices of the host, and shows its health without them. */
export const acknowledgeHealth: HostRun = async (context) => {
  print(context, await context.client.acknowledgeHealth());
  return EXIT.ok;
};

function print(context: HostContext, health: HealthView): void {
  printResult(context, health, () => {
    const { name, status, version, process_id: pid, reasons = [], notices = [] } = health;
    const word = status === 'healthy' ? context.colors.green(status) : context.colors.red(status);
    const hint =
      notices.length > 0 ? ['hint: run `coredinator health acknowledge` when you have seen the notices'] : [];
    return [
      `${word}, ${plain(name)}, pid ${pid}, version ${version}, ${context.url}`,
      ...reasons.map((one) => `  ${one}`),
      ...hint,
      '',
    ].join('\n');
  });
}
