import { permitOf as textOf } from '../../launching/shim-arguments.ts';
import { ANNOTATIONS, INSTANCE_LABEL, permitName } from './names.ts';
import type { NewObject, PodLaunchRequest } from './pod-parts.ts';

/** The key with the environment, and that with the file of the agent. */
export const PERMIT_FILE = 'environment';
/** The folder of the permit in the container. */
export const PERMIT_FOLDER = '/coredinator/permit';
/** The file with the environment there. */
export const PERMIT_PATH = `${PERMIT_FOLDER}/${PERMIT_FILE}`;
export const CONFIG_FILE = 'configuration';

/** The Secret without which the pod of a launch cannot start, with its environment as the shim reads it. */
export function permitOf({ request, launchId, env, config }: PodLaunchRequest, instance: string): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: permitName(launchId),
      labels: { [INSTANCE_LABEL]: instance },
      annotations: { [ANNOTATIONS.service]: request.serviceId },
    },
    immutable: true,
    data: {
      [PERMIT_FILE]: base64(textOf(env)),
      launch: base64(launchId),
      ...(config === null ? {} : { [CONFIG_FILE]: config.content.toString('base64') }),
    },
  };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}
