import { expect } from 'chai';
import { graceSeconds, podOf, unusableBecause } from '../../../../lib/kubernetes/pods/manifest.ts';
import { permitOf } from '../../../../lib/kubernetes/pods/permit.ts';
import { isOnVolume, type PodDefaults, type PodLaunchRequest } from '../../../../lib/kubernetes/pods/pod-parts.ts';
import { maxLogBytesOf } from '../../../../lib/kubernetes/pods/pod-state.ts';
import { instanceLabel, permitName, permittedLaunch, podName } from '../../../../lib/kubernetes/pods/names.ts';
import type { PodSpec } from '../../../../lib/model/engine.ts';
import { DEFAULT_LOGS } from '../../../../lib/model/spec.ts';
import { parseServiceId } from '../../../../lib/model/values/ids.ts';
import { NO_LIMITS } from '../../../../lib/model/values/limits.ts';
import { AS_HOST } from '../../../../lib/model/values/run-as.ts';
import type { LaunchRequest } from '../../../../lib/ports/process-host.ts';
import { LAUNCH_ID } from '../../../support/kubernetes/pods.ts';

const REQUEST: LaunchRequest = {
  serviceId: parseServiceId('Pump_1.corerl'),
  agentId: 'Pump_1',
  generation: 3,
  executablePath: '/opt/plant/corerl-1.2.3',
  version: '1.2.3',
  args: ['--config-name', 'pump $(HOME)'],
  env: {},
  cwd: null,
  stop: { signal: 'SIGINT', graceMs: 2_500 },
  limits: { ...NO_LIMITS, openFiles: 4_096 },
  maxLogBytes: 4_096,
  output: 'separate',
  ...AS_HOST,
};
const DEFAULTS: PodDefaults = {
  instance: 'instance-1',
  image: 'plant/base:1',
  volumes: [
    { path: '/opt/plant', isReadOnly: true, source: { type: 'claim', name: 'programs' } },
    { path: '/data', isReadOnly: false, source: { type: 'host_path', path: '/srv/data' } },
  ],
  nodeSelector: { plant: 'north' },
  serviceAccount: null,
  shim: { configMap: 'coredinator-shim-1', architecture: 'amd64' },
  basePath: '/opt/plant',
};
const ENV = { A: 'b=c', 'with.dot': 'ü', EMPTY: '' };
const LAUNCH: PodLaunchRequest = { request: REQUEST, launchId: LAUNCH_ID, name: 'pump-1', env: ENV, config: null };
const NO_RESOURCES = { cpuMillis: null, memoryBytes: null };
const AS_ALL: PodSpec = {
  ...{ image: null, volumes: null, nodeSelector: null, serviceAccount: null },
  ...{ requests: NO_RESOURCES, limits: NO_RESOURCES },
};

describe('the names of objects in a cluster', () => {
  const named = (id: string, instance = 'instance-1'): string => podName(instance, parseServiceId(id));

  it('are made of the service, and valid for pods and Services', () => {
    for (const id of ['pump', 'Pump_1.corerl', '0', 'x'.repeat(128), 'a-.-', 'A.B_C-D']) {
      expect(named(id)).to.match(/^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/);
    }
    expect(named('Pump_1.corerl')).to.match(/^pump-1-corerl-[0-9a-f]{10}$/);
  });

  it('differ where ids or instances do, and are the same for every launch of a service', () => {
    const names = [named('pump'), named('Pump'), named('pu-mp'), named('pu.mp'), named('pump', 'instance-2')];
    expect(new Set(names).size).to.equal(names.length);
    expect(named('pump')).to.equal(named('pump'));
  });

  it('say which launch a permit is for', () => {
    expect(permittedLaunch(permitName(LAUNCH_ID))).to.equal(LAUNCH_ID);
    expect(permittedLaunch('launch-pad')).to.equal(null);
  });

  it('fit into a label, however long the name of the instance is', () => {
    expect(instanceLabel('5d0c…')).to.match(/^[0-9a-f]{63}$/);
    expect(instanceLabel('plant-1')).to.equal('plant-1');
  });
});

describe('the objects of a launch', () => {
  const pod = podOf(LAUNCH, DEFAULTS);
  const spec = pod['spec'] as Record<string, unknown> & { containers: Record<string, unknown>[] };
  const container = spec.containers[0]!;

  it('have the environment in the permit alone, as the shim reads it', () => {
    const permit = permitOf(LAUNCH, 'instance-1');
    const data = permit['data'] as Record<string, string>;
    expect(Buffer.from(data['environment']!, 'base64').toString()).to.equal('A=b=c\0with.dot=ü\0EMPTY=\0');
    expect(permit).to.include({ kind: 'Secret', immutable: true });
    expect(JSON.stringify(pod)).not.to.include('b=c');
    expect(container['env']).to.deep.equal([
      { name: 'COREDINATOR_PERMIT', valueFrom: { secretKeyRef: { name: permitName(LAUNCH_ID), key: 'launch' } } },
    ]);
  });

  it('let nothing in Kubernetes restart, move or delete the pod', () => {
    expect(spec).to.deep.include({
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
    const tolerations = spec['tolerations'] as Record<string, unknown>[];
    expect(tolerations.map(({ key }) => key)).to.deep.equal([
      'node.kubernetes.io/not-ready',
      'node.kubernetes.io/unreachable',
    ]);
    for (const toleration of tolerations) expect(toleration).not.to.have.property('tolerationSeconds');
    expect(pod.metadata.finalizers).to.deep.equal(['coredinator.dev/launch']);
    expect(pod.metadata).not.to.have.property('ownerReferences');
    expect(pod.metadata.annotations).to.include({ 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' });
  });

  it('run the program below the shim, with its stop and its limits', () => {
    expect(container['command']).to.deep.equal([
      '/coredinator/shim/coredinator-shim',
      ...['pod', LAUNCH_ID, '/coredinator/permit/environment', '/dev/termination-log', '2', '2500', '/opt/plant'],
      ...['4096', '', '', ''],
      ...['--', '/opt/plant/corerl-1.2.3'],
    ]);
    expect(spec['terminationGracePeriodSeconds']).to.equal(5); // the grace of the shim has ended by then
    expect(graceSeconds(0)).to.equal(2);
  });

  it('say how much of the output is kept, for the host that adopts the pod', () => {
    expect(maxLogBytesOf({ metadata: pod.metadata })).to.equal(4_096);
    expect(maxLogBytesOf({ metadata: { name: 'of-an-earlier-version' } })).to.equal(DEFAULT_LOGS.maxBytes);
  });

  it('pass arguments on as they are', () => {
    // Kubernetes replaces $(NAME) where NAME is a variable of the container; $$ stands for one dollar sign.
    expect(container['args']).to.deep.equal(['--config-name', 'pump $$(HOME)']);
  });

  it('have the volumes at the same paths', () => {
    const mounts = container['volumeMounts'] as object[];
    expect(mounts.slice(2)).to.deep.equal([
      { name: 'volume-0', mountPath: '/opt/plant', readOnly: true },
      { name: 'volume-1', mountPath: '/data', readOnly: false },
    ]);
    expect((spec['volumes'] as object[]).slice(2)).to.deep.equal([
      { name: 'volume-0', persistentVolumeClaim: { claimName: 'programs', readOnly: true } },
      { name: 'volume-1', hostPath: { path: '/srv/data' } },
    ]);
  });

  it('have what the kind has in place of what the engine has, and its resources', () => {
    const own: PodSpec = {
      image: 'plant/gpu:2',
      volumes: [{ path: '/models', isReadOnly: true, source: { type: 'claim', name: 'models' } }],
      nodeSelector: { gpu: 'yes' },
      serviceAccount: 'trainer',
      requests: { cpuMillis: 250, memoryBytes: 1024 ** 2 },
      limits: { cpuMillis: null, memoryBytes: 1024 ** 3 },
    };
    const made = podOf({ ...LAUNCH, request: { ...REQUEST, pod: own } }, DEFAULTS)['spec'] as typeof spec;
    expect(made).to.deep.include({ serviceAccountName: 'trainer', automountServiceAccountToken: true });
    expect(made['nodeSelector']).to.deep.equal({ 'kubernetes.io/arch': 'amd64', gpu: 'yes' });
    expect((made['volumes'] as object[]).slice(2)).to.deep.equal([
      { name: 'volume-0', persistentVolumeClaim: { claimName: 'models', readOnly: true } },
    ]);
    expect(made.containers[0]).to.include({ image: 'plant/gpu:2' });
    expect(made.containers[0]!['resources']).to.deep.equal({
      requests: { cpu: '250m', memory: '1048576' },
      limits: { memory: '1073741824' },
    });
    const rest = podOf({ ...LAUNCH, request: { ...REQUEST, pod: AS_ALL } }, DEFAULTS)['spec'] as typeof spec;
    expect(rest).to.deep.equal({
      ...spec,
      containers: [{ ...container, resources: { requests: {}, limits: {} } }],
    });
  });

  it('have the file of the agent at its path, unless a volume has it', () => {
    const config = { path: '/etc/agents/pump.yaml', content: Buffer.from('a: ü') };
    const launch = { ...LAUNCH, config };
    const data = permitOf(launch, 'instance-1')['data'] as Record<string, string>;
    expect(Buffer.from(data['configuration']!, 'base64').toString()).to.equal('a: ü');
    const made = podOf(launch, DEFAULTS)['spec'] as typeof spec;
    expect((made.containers[0]!['volumeMounts'] as object[]).at(-1)).to.deep.equal({
      ...{ name: 'permit', mountPath: '/etc/agents/pump.yaml', subPath: 'configuration', readOnly: true },
    });
    expect(JSON.stringify(made['volumes'])).to.include('{"key":"configuration","path":"configuration"}');
    expect(isOnVolume('/opt/plant/pump.yaml', null, DEFAULTS)).to.equal(true);
    expect(isOnVolume('/opt/plants/pump.yaml', null, DEFAULTS)).to.equal(false);
    expect(isOnVolume('/opt/plant/pump.yaml', { ...AS_ALL, volumes: [] }, DEFAULTS)).to.equal(false);
  });

  it('may run as a number, and not as a name that the image may not have', () => {
    expect(unusableBecause({ ...REQUEST, user: '1000', group: '50' })).to.equal(null);
    const as1000 = podOf({ ...LAUNCH, request: { ...REQUEST, user: '1000', group: null } }, DEFAULTS);
    expect((as1000['spec'] as Record<string, unknown>)['securityContext']).to.deep.equal({ runAsUser: 1000 });
    expect(unusableBecause({ ...REQUEST, user: 'plant' })).to.include('"plant" is a name');
    expect(unusableBecause({ ...REQUEST, args: ['a\0b'] })).to.include('NUL');
    expect(unusableBecause({ ...REQUEST, stop: { signal: 'SIGNOT', graceMs: 1 } })).to.include('SIGNOT');
  });
});
