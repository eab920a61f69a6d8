import { podCommandArguments } from '../../launching/shim-arguments.ts';
import type { Launch } from '../../model/process.ts';
import type { Timers } from '../../ports/clock.ts';
import type { CommandEnd, CommandRunner, PlacedCommand } from '../../ports/engine/command-runner.ts';
import { ApiError, hasStatus } from '../api/api-error.ts';
import type { ClusterAccess } from '../api/access.ts';
import { execInPod } from '../api/exec.ts';
import { SHIM } from '../pods/manifest.ts';
import { CONTAINER, podName } from '../pods/names.ts';
import { PERMIT_PATH } from '../pods/permit.ts';

/** Until the end of a command is known after its time was over. */
const SLACK_MS = 1_000;

export interface PodCommandsOptions {
  readonly access: ClusterAccess;
  readonly namespace: string;
  readonly instanceId: string;
  readonly basePath: string;
  readonly timers: Timers;
}

/** Runs commands in the pods of launches, by the shim there: with the environment, directory and user of the program. */
export class PodCommands implements CommandRunner {
  readonly #options: PodCommandsOptions;

  constructor(options: PodCommandsOptions) {
    this.#options = options;
  }

  async run(launch: Launch, { command, cwd, limitMs }: PlacedCommand, begun: () => void): Promise<CommandEnd> {
    const { access, namespace, instanceId, basePath, timers } = this.#options;
    const words = podCommandArguments({ limitMs, permitFile: PERMIT_PATH, cwd: cwd ?? basePath, command });
    const request = {
      path: `/api/v1/namespaces/${namespace}/pods/${podName(instanceId, launch.serviceId)}`,
      container: CONTAINER,
      command: [SHIM, ...words],
      limitMs: limitMs + SLACK_MS,
      streams: ['stderr'],
      begun,
    } as const;
    try {
      const { exitCode, output } = await execInPod(access, request, timers);
      return { type: 'exited', code: exitCode, stderr: output };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return hasStatus(error, 403) ? { type: 'refused', reason: error.message } : { type: 'unknown' };
    }
  }
}
