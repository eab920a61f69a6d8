import type { LaunchId } from '../../model/values/ids.ts';
import type { VolumeSpec } from '../../model/engine.ts';
import type { LaunchRequest } from '../../ports/process-host.ts';
import { podArguments, permitOf as permitText } from '../../launching/shim-arguments.ts';
import { signalNumber } from '../../launching/signal-names.ts';
import type { ApiObject } from '../api/objects.ts';
import { ANNOTATIONS, CONTAINER, FINALIZER, INSTANCE_LABEL, permitName } from './names.ts';

const SHIM_FOLDER = '/coredinator/shim';
/** The shim as containers see it. */
export const SHIM = `${SHIM_FOLDER}/coredinator-shim`;
const PERMIT_FOLDER = '/coredinator/permit';
const PERMIT_FILE = 'environment';
/** What Kubernetes keeps with the exit code of a container. */
const END_FILE = '/dev/termination-log';
/** The shim ends the tree within the grace of the service; the kubelet then still lets it say how. */
const SHIM_MARGIN_S = 2;
const SIGTERM = 15;

/** A value that is written as it is into an object of the API. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json | undefined };

/** What the pods of a host have in common. */
export interface PodDefaults {
  readonly instance: string;
  readonly image: string;
  readonly volumes: readonly VolumeSpec[];
  readonly nodeSelector: Readonly<Record<string, string>>;
  readonly serviceAccount: string | null;
  /** The ConfigMap with the shim, and its architecture as Kubernetes names it. */
  readonly shim: { readonly configMap: string; readonly architecture: string };
  readonly basePath: string;
}

/** A launch as its objects need it. */
export interface PodLaunchRequest {
  readonly request: LaunchRequest;
  readonly launchId: LaunchId;
  readonly name: string;
  /** The complete environment, which is in the permit alone. */
  readonly env: Readonly<Record<string, string>>;
}

/** An object that is created. */
export interface NewObject extends ApiObject {
  readonly apiVersion: 'v1';
  readonly kind: string;
  readonly [part: string]: unknown;
}

/** The Secret without which the pod of a launch cannot start, with its environment as the shim reads it. */
export function permitOf({ request, launchId, env }: PodLaunchRequest, instance: string): NewObject {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: permitName(launchId),
      labels: { [INSTANCE_LABEL]: instance },
      annotations: { [ANNOTATIONS.service]: request.serviceId },
    },
    immutable: true,
    data: { [PERMIT_FILE]: base64(permitText(env)), launch: base64(launchId) },
  };
}

function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** The pod of a launch. Nothing in Kubernetes restarts, moves or deletes it by itself. */
export function podOf(launch: PodLaunchRequest, defaults: PodDefaults): NewObject {
  const { request, launchId, name } = launch;
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
      automountServiceAccountToken: defaults.serviceAccount !== null,
      ...(defaults.serviceAccount === null ? {} : { serviceAccountName: defaults.serviceAccount }),
      nodeSelector: { 'kubernetes.io/arch': defaults.shim.architecture, ...defaults.nodeSelector },
      tolerations: ['not-ready', 'unreachable'].map((taint) => ({
        key: `node.kubernetes.io/${taint}`,
        operator: 'Exists',
        effect: 'NoExecute',
      })),
      ...accountOf(request),
      containers: [containerOf(launch, defaults)],
      volumes: [
        { name: 'shim', configMap: { name: defaults.shim.configMap, defaultMode: 0o555 } },
        {
          name: 'permit',
          secret: {
            secretName: permitName(launchId),
            defaultMode: 0o444,
            items: [{ key: PERMIT_FILE, path: PERMIT_FILE }],
          },
        },
        ...defaults.volumes.map(volumeOf),
      ],
    },
  };
}

/** How long the kubelet waits for the shim, in whole seconds. */
export function graceSeconds(graceMs: number): number {
  return Math.ceil(graceMs / 1_000) + SHIM_MARGIN_S;
}

function containerOf({ request, launchId }: PodLaunchRequest, defaults: PodDefaults): Json {
  const { executablePath, args, stop, limits } = request;
  const shim = podArguments({
    launchId,
    permitFile: `${PERMIT_FOLDER}/${PERMIT_FILE}`,
    endFile: END_FILE,
    stopSignal: signalNumber(stop.signal) ?? SIGTERM, // see unusableBecause
    graceMs: stop.graceMs,
    cwd: request.cwd ?? defaults.basePath,
    limits,
    command: [executablePath],
  });
  return {
    name: CONTAINER,
    image: defaults.image,
    imagePullPolicy: 'IfNotPresent',
    command: verbatim([SHIM, ...shim]),
    args: verbatim(args),
    // The status of a pod without its permit says so because of this variable alone.
    env: [{ name: 'COREDINATOR_PERMIT', valueFrom: { secretKeyRef: { name: permitName(launchId), key: 'launch' } } }],
    terminationMessagePath: END_FILE,
    terminationMessagePolicy: 'File',
    volumeMounts: [
      { name: 'shim', mountPath: SHIM_FOLDER, readOnly: true },
      { name: 'permit', mountPath: PERMIT_FOLDER, readOnly: true },
      ...defaults.volumes.map(({ path, isReadOnly }, index) => ({
        name: `volume-${index}`,
        mountPath: path,
        readOnly: isReadOnly,
      })),
    ],
  };
}

/** Kubernetes replaces `$(NAME)`, and takes `$$` for one dollar sign. */
function verbatim(texts: readonly string[]): readonly string[] {
  return texts.map((text) => text.replaceAll('$', () => '$$'));
}

function volumeOf({ source, isReadOnly }: VolumeSpec, index: number): Json {
  const name = `volume-${index}`;
  switch (source.type) {
    case 'claim':
      return { name, persistentVolumeClaim: { claimName: source.name, readOnly: isReadOnly } };
    case 'host_path':
      return { name, hostPath: { path: source.path } };
  }
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
