import type { LaunchRequest } from '../../ports/process-host.ts';
import { podArguments } from '../../launching/shim-arguments.ts';
import { signalNumber } from '../../launching/signal-names.ts';
import { ANNOTATIONS, CONTAINER, FINALIZER, INSTANCE_LABEL, permitName } from './names.ts';
import { CONFIG_FILE, PERMIT_FILE, PERMIT_FOLDER, PERMIT_PATH } from './permit.ts';
import {
  resourcesOf,
  settingsOf,
  volumeOf,
  type Json,
  type NewObject,
  type PodDefaults,
  type PodLaunchRequest,
  type PodSettings,
} from './pod-parts.ts';

const SHIM_FOLDER = '/coredinator/shim';
/** The shim as containers see it. */
export const SHIM = `${SHIM_FOLDER}/coredinator-shim`;
/** What Kubernetes keeps with the exit code of a container. */
const END_FILE = '/dev/termination-log';
/** The shim ends the tree within the grace of the service; the kubelet then still lets it say how. */
const SHIM_MARGIN_S = 2;
const SIGTERM = 15;

/** The pod of a launch. Nothing in Kubernetes restarts, moves or deletes it by itself. */
export function podOf(launch: PodLaunchRequest, defaults: PodDefaults): NewObject {
  const { request, launchId, name, config } = launch;
  const { image, volumes, nodeSelector, serviceAccount } = settingsOf(request.pod ?? null, defaults);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      labels: { [INSTANCE_LABEL]: defaults.instance },
      finalizers: [FINALIZER],
      annotations: {
        [ANNOTATIONS.service]: request.serviceId,
        ...(request.agentId === null ? {} : { [ANNOTATIONS.agent]: request.agentId }),
        [ANNOTATIONS.generation]: String(request.generation),
        [ANNOTATIONS.launch]: launchId,
        [ANNOTATIONS.executable]: request.executablePath,
        [ANNOTATIONS.maxLogBytes]: String(request.maxLogBytes),
        ...(request.version === null ? {} : { [ANNOTATIONS.version]: request.version }),
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
      },
    },
    spec: {
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: graceSeconds(request.stop.graceMs),
      enableServiceLinks: false,
      automountServiceAccountToken: serviceAccount !== null,
      ...(serviceAccount === null ? {} : { serviceAccountName: serviceAccount }),
      nodeSelector: { 'kubernetes.io/arch': defaults.shim.architecture, ...nodeSelector },
      tolerations: ['not-ready', 'unreachable'].map((taint) => ({
        key: `node.kubernetes.io/${taint}`,
        operator: 'Exists',
        effect: 'NoExecute',
      })),
      ...accountOf(request),
      containers: [containerOf(launch, defaults, { image, volumes })],
      volumes: [
        { name: 'shim', configMap: { name: defaults.shim.configMap, defaultMode: 0o555 } },
        {
          name: 'permit',
          secret: {
            secretName: permitName(launchId),
            defaultMode: 0o444,
            items: [PERMIT_FILE, ...(config === null ? [] : [CONFIG_FILE])].map((key) => ({ key, path: key })),
          },
        },
        ...volumes.map(volumeOf),
      ],
    },
  };
}

/** How long the kubelet waits for the shim, in whole seconds. */
export function graceSeconds(graceMs: number): number {
  return Math.ceil(graceMs / 1_000) + SHIM_MARGIN_S;
}

function containerOf(
  { request, launchId, config }: PodLaunchRequest,
  defaults: PodDefaults,
  { image, volumes }: Pick<PodSettings, 'image' | 'volumes'>,
): Json {
  const { executablePath, args, stop, limits } = request;
  const shim = podArguments({
    launchId,
    permitFile: PERMIT_PATH,
    endFile: END_FILE,
    stopSignal: signalNumber(stop.signal) ?? SIGTERM, // see unusableBecause
    graceMs: stop.graceMs,
    cwd: request.cwd ?? defaults.basePath,
    limits,
    command: [executablePath],
  });
  return {
    name: CONTAINER,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: verbatim([SHIM, ...shim]),
    args: verbatim(args),
    // The status of a pod without its permit says so because of this variable alone.
    env: [{ name: 'COREDINATOR_PERMIT', valueFrom: { secretKeyRef: { name: permitName(launchId), key: 'launch' } } }],
    terminationMessagePath: END_FILE,
    terminationMessagePolicy: 'File',
    ...resourcesOf(request.pod ?? null),
    volumeMounts: [
      { name: 'shim', mountPath: SHIM_FOLDER, readOnly: true },
      { name: 'permit', mountPath: PERMIT_FOLDER, readOnly: true },
      ...volumes.map(({ path, isReadOnly }, index) => ({
        name: `volume-${index}`,
        mountPath: path,
        readOnly: isReadOnly,
      })),
      ...(config === null ? [] : [{ name: 'permit', mountPath: config.path, subPath: CONFIG_FILE, readOnly: true }]),
    ],
  };
}

/** Kubernetes replaces `$(NAME)`, and takes `$$` for one dollar sign. */
function verbatim(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.replaceAll('$', () => '$$'));
}

function accountOf({ user, group }: LaunchRequest): { readonly securityContext?: Json } {
  if (user === null && group === null) return {};
  return {
    securityContext: {
      ...(user === null ? {} : { runAsUser: Number(user) }),
      ...(group === null ? {} : { runAsGroup: Number(group) }),
    },
  };
}

/** Why no pod can run the request, as a clause; null: one can. */
export function unusableBecause({ args, env, stop, user, group, cwd }: LaunchRequest): string | null {
  if ([...args, ...Object.entries(env).flat(), cwd ?? ''].some((text) => text.includes('\0'))) {
    return 'an argument or a variable contains a NUL character';
  }
  if (signalNumber(stop.signal) === null) return `there is no signal "${stop.signal}"`;
  const name = [user, group].find((account) => account !== null && !/^\d+$/.test(account));
  if (name == null) return null;
  return `in a cluster users and groups have numbers only, and "${name}" is a name; give its number`;
}
