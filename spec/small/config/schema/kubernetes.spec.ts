import { expect } from 'chai';
import { hostConfig } from '../../../../lib/config/effective.ts';
import { parseYaml } from '../../../../lib/config/yaml/yaml-source.ts';
import type { KubernetesSettings } from '../../../../lib/model/engine.ts';
import { ConfigInvalidError } from '../../../../lib/model/errors.ts';

function settingsOf(more: string): KubernetesSettings {
  const text = `engine: { kubernetes: { image: debian:12${more} } }`;
  const { engine } = hostConfig(parseYaml('/plant/coredinator.yaml', new TextEncoder().encode(text)));
  if (engine.type !== 'kubernetes') throw new Error('It has another engine.');
  return engine.kubernetes;
}

describe('the settings of the engine for Kubernetes', () => {
  it('have a default for everything but the image', () => {
    expect(settingsOf('')).to.deep.include({
      image: 'debian:12',
      namespace: null,
      volumes: [],
      launchTimeoutMs: 300_000,
      requestsPerSecond: 20,
    });
  });

  it('say how many requests a second the API server gets', () => {
    expect(settingsOf(', requests_per_second: 100').requestsPerSecond).to.equal(100);
    for (const wrong of ['0', '1.5', '5000', 'many'])
      expect(() => settingsOf(`, requests_per_second: ${wrong}`), wrong).to.throw(ConfigInvalidError);
  });
});
