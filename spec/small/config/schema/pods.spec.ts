import { expect } from 'chai';
import { hostConfig } from '../../../../lib/config/effective.ts';
import { podSpec } from '../../../../lib/config/schema/kubernetes-schema.ts';
import { parseYaml } from '../../../../lib/config/yaml/yaml-source.ts';
import type { PodSpec } from '../../../../lib/model/engine.ts';
import { ConfigInvalidError } from '../../../../lib/model/errors.ts';
import { specDocument } from '../../../../lib/model/configuration/spec-document.ts';
import { serviceSpec as specSchema } from '../../../../lib/model/spec-schema.ts';
import { serviceSpec } from '../../../support/actors/specs.ts';

function load(text: string): ReturnType<typeof hostConfig> {
  return hostConfig(parseYaml('/plant/coredinator.yaml', new TextEncoder().encode(text)));
}

/** The pods of the kind `corerl`. */
function podOf(pod: string): PodSpec {
  return podSpec(load(`kinds: { corerl: { pod: ${pod} } }`).kinds.get('corerl')!.pod!);
}

function problemOf(text: string): string {
  try {
    load(text);
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    const [issue] = error.issues;
    return `${String(issue?.path)} ${String(issue?.message)}`;
  }
  throw new Error('The configuration was accepted.');
}

const ALL =
  '{ image: plant/gpu:2, volumes: [{ path: /models, claim: models }, { path: /d, host_path: /srv/d, read_only: false }], ' +
  'node_selector: { gpu: "yes" }, service_account: trainer, requests: { cpu: 0.25, memory: 512MiB }, limits: { cpu: 1500m } }';

describe('the pods of a kind', () => {
  it('are those of the engine by default', () => {
    expect(load('').kinds.get('corerl')).not.to.have.property('pod');
    expect(podOf('{}')).to.deep.equal({
      ...{ image: null, volumes: null, nodeSelector: null, serviceAccount: null },
      requests: { cpuMillis: null, memoryBytes: null },
      limits: { cpuMillis: null, memoryBytes: null },
    });
  });

  it('can have an image, volumes, nodes, an account and resources of their own', () => {
    expect(podOf(ALL)).to.deep.equal({
      image: 'plant/gpu:2',
      volumes: [
        { path: '/models', isReadOnly: true, source: { type: 'claim', name: 'models' } },
        { path: '/d', isReadOnly: false, source: { type: 'host_path', path: '/srv/d' } },
      ],
      nodeSelector: { gpu: 'yes' },
      serviceAccount: 'trainer',
      requests: { cpuMillis: 250, memoryBytes: 512 * 1024 ** 2 },
      limits: { cpuMillis: 1_500, memoryBytes: null },
    });
  });

  it('take processors as numbers and as thousandths', () => {
    const cpuOf = (cpu: string): number | null => podOf(`{ limits: { cpu: ${cpu} } }`).limits.cpuMillis;
    expect(['2', '0.5', '"1.25"', '250m', '0.001'].map(cpuOf)).to.deep.equal([2_000, 500, 1_250, 250, 1]);
  });

  const wrong: readonly (readonly [pod: string, problem: string])[] = [
    ['{ limits: { cpu: 0 } }', 'pod.limits.cpu must be a number of processors such as 0.5, or 250m'],
    ['{ limits: { cpu: 0.0001 } }', 'pod.limits.cpu must be a number of processors such as 0.5, or 250m'],
    ['{ requests: { memory: 512Mi } }', 'pod.requests.memory is invalid: "512Mi" is not a size'],
    ['{ requests: { memory: 0B } }', 'pod.requests.memory must be more than 0B'],
    ['{ volumes: [{ path: /a }] }', 'pod.volumes[0] must have either claim or host_path'],
    ['{ image: "a b" }', 'pod.image must be the reference of an image such as debian:12, without spaces'],
    ['{ images: a }', 'pod.images is an unknown key; the nearest known key is "image"'],
  ];
  for (const [pod, problem] of wrong) {
    it(`are refused with what is wrong: ${pod}`, () => {
      expect(problemOf(`kinds: { corerl: { pod: ${pod} } }`)).to.include(problem);
    });
  }

  it('are kept with the service, and shown in the words of the configuration', () => {
    const spec = serviceSpec('pump1-corerl', { pod: podOf(ALL) });
    expect(specSchema.parse(JSON.parse(JSON.stringify(spec)))).to.deep.equal(spec);
    expect(specDocument(spec)).to.have.deep.property('pod', {
      image: 'plant/gpu:2',
      volumes: [
        { path: '/models', claim: 'models', read_only: true },
        { path: '/d', host_path: '/srv/d', read_only: false },
      ],
      node_selector: { gpu: 'yes' },
      service_account: 'trainer',
      requests: { cpu: '250m', memory: '512MiB' },
      limits: { cpu: '1500m' },
    });
    const { pod: _none, ...earlier } = serviceSpec('pump1-corerl');
    expect(specSchema.parse(earlier).pod).to.equal(null);
  });
});
