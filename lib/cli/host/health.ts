import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostRun } from './context.ts';

/** Shows the health of a host; degraded counts as a failure. */
export const showHealth: HostRun = async (context) => {
  const health = await context.client.getHealth();
  printResult(context, health, () => {
    const { status, version, process_id: pid, reasons = [] } = health;
    const word = status === 'healthy' ? context.colors.green(status) : context.colors.red(status);
    return [`${word}, pid ${pid}, version ${version}, ${context.url}`, ...reasons.map((one) => `  ${one}`), ''].join(
      '\n',
    );
  });
  return health.status === 'healthy' ? EXIT.ok : EXIT.failed;
};
