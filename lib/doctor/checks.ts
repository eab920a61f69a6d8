import type { Check } from './check.ts';
import { accounts } from './checks/accounts.ts';
import { basePath } from './checks/base-path.ts';
import { cluster } from './checks/cluster/cluster.ts';
import { clusterClock } from './checks/cluster/cluster-clock.ts';
import { clusterPods } from './checks/cluster/cluster-pods.ts';
import { clusterRights } from './checks/cluster/cluster-rights.ts';
import { clock } from './checks/clock.ts';
import { configuration } from './checks/configuration.ts';
import { database } from './checks/database.ts';
import { diskSpace } from './checks/disk-space.ts';
import { executables } from './checks/executables.ts';
import { fileSystem } from './checks/file-system.ts';
import { fileWatching } from './checks/file-watching.ts';
import { nodeVersion } from './checks/node-version.ts';
import { openFiles } from './checks/open-files.ts';
import { outputBuffer } from './checks/output-buffer.ts';
import { port } from './checks/port.ts';
import { processes } from './checks/processes.ts';
import { runningHost } from './checks/running-host.ts';
import { secretFiles } from './checks/secret-files.ts';
import { serviceManager } from './checks/service-manager.ts';
import { shim } from './checks/shim.ts';
import { stateDirectory } from './checks/state-directory.ts';

/** All checks, in the order of the report: the machine, the service manager, the disk, the network, the plant. */
export const CHECKS: readonly Check[] = [
  nodeVersion,
  shim,
  openFiles,
  processes,
  outputBuffer,
  fileWatching,
  clock,
  runningHost,
  serviceManager,
  stateDirectory,
  diskSpace,
  fileSystem,
  database,
  port,
  basePath,
  configuration,
  executables,
  cluster,
  clusterRights,
  clusterPods,
  clusterClock,
  accounts,
  secretFiles,
];
