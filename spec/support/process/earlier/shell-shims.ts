import { fileURLToPath } from 'node:url';
import { limitArguments } from '../../../../lib/launching/shim-arguments.ts';
import type { Shims } from '../../../../lib/process/launch/shims.ts';
import { SpawnedShims } from '../../../../lib/process/launch/spawned-shims.ts';

/** The shell shim of earlier versions, whose launches are supervised until they end. */
export function shellShims(): Shims {
  const script = fileURLToPath(new URL('shim.sh', import.meta.url));
  return new SpawnedShims('sh', (request) => {
    const { launchId, runFolder, exitsFolder, cwd } = request;
    return ['/bin/sh', script, launchId, runFolder, exitsFolder, cwd, ...limitArguments(request.limits)];
  });
}
