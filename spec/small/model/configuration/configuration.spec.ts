import { expect } from 'chai';
import {
  documentOf,
  maskedConfiguration,
  revisionOfConfiguration,
} from '../../../../lib/model/configuration/applied.ts';
import { keyChanges } from '../../../../lib/model/configuration/key-changes.ts';
import { maskedSpec, shownOf } from '../../../../lib/model/configuration/masked.ts';
import { specDocument } from '../../../../lib/model/configuration/spec-document.ts';
import { reloadChanges } from '../../../../lib/model/policy/reload.ts';
import type { ServiceSpec } from '../../../../lib/model/spec.ts';
import { formatSize, parseSize } from '../../../../lib/model/values/byte-size.ts';
import { portToken } from '../../../../lib/model/values/port-token.ts';
import { agentPlan, PROBE, serviceSpec } from '../../../support/actors/specs.ts';

const SECRET = 'correct horse';

function changed(before: ServiceSpec, after: ServiceSpec): ReturnType<typeof reloadChanges> {
  const mask = (spec: ServiceSpec, more: ServiceSpec['env']): ServiceSpec => maskedSpec(spec, {}, more);
  return reloadChanges(
    new Map([[before.id, { spec: before, isLive: true, pin: null }]]),
    new Map([[after.id, { spec: after, intended: 'running' }]]),
    mask,
  );
}

describe('a spec in the words of the configuration', () => {
  it('has durations, sizes, ports and probes as they are written in a file, and no key that is not set', () => {
    const check = { type: 'http', host: '127.0.0.1', port: 1, portName: 'api', path: '/up' } as const;
    const status = [
      { from: 200, to: 299 },
      { from: 404, to: 404 },
    ];
    const spec = serviceSpec('a', {
      args: [`--port=${portToken('api')}`],
      env: { PORT: portToken('api') },
      probes: { startup: null, readiness: { ...PROBE, check: { ...check, status } }, liveness: null },
      logs: { maxBytes: 3 * 1024 * 1024, keep: 2 },
    });
    const document = specDocument(spec);
    expect(document).to.deep.include({ args: ['--port=${port.api}'], env: { PORT: '${port.api}' } });
    expect(document).to.deep.include({ settle: '200ms', logs: { max_bytes: '3MiB', keep: 2 }, limits: {} });
    expect(document).to.have.nested.property('probes.readiness.http.port', '${port.api}');
    expect(document).to.have.deep.nested.property('probes.readiness.http.status', ['200-299', '404']);
    expect(document['probes']).to.have.all.keys('readiness');
    expect(document).not.to.have.any.keys('version', 'user', 'cwd');
  });

  it('has sizes that can be read again', () => {
    for (const bytes of [0, 1, 1024, 1500, 10 * 1024 ** 2, 3 * 1024 ** 3]) {
      expect(parseSize(formatSize(bytes))).to.deep.equal({ type: 'size', bytes });
    }
  });
});

describe('the keys in which configurations differ', () => {
  it('have their old and their new value; lists are one value, and what is not set is null', () => {
    const before = { a: { x: 1, y: [1, 2] }, b: 'same', c: { d: 1 } };
    const after = { a: { x: 2, y: [1] }, b: 'same', e: { f: { g: true } } };
    expect(keyChanges(before, after)).to.deep.equal([
      { key: 'a.x', old: 1, new: 2 },
      { key: 'a.y', old: [1, 2], new: [1] },
      { key: 'e.f.g', old: null, new: true },
      { key: 'c.d', old: 1, new: null },
    ]);
  });

  it('include a mapping that becomes a word', () => {
    expect(keyChanges({ intensity: { period: '1m' } }, { intensity: 'unlimited' })).to.deep.equal([
      { key: 'intensity', old: { period: '1m' }, new: 'unlimited' },
    ]);
  });

  it('show that a value of the environment differs, but never the value', () => {
    const [change] = changed(
      serviceSpec('a', { env: { TOKEN: SECRET, SAME: 'x' }, args: ['--fast', `--auth=${SECRET}`] }),
      serviceSpec('a', { env: { TOKEN: 'another one', SAME: 'x' }, args: ['--fast', `--auth=${SECRET}`] }),
    );
    expect(change).to.deep.include({ action: 'restart', changed: ['env'] });
    expect(change?.keys).to.deep.equal([{ key: 'env.TOKEN', old: '<hidden>', new: '<hidden>' }]);
    const [moved] = changed(
      serviceSpec('a', { env: { TOKEN: SECRET } }),
      serviceSpec('a', { env: {}, args: [`--auth=${SECRET}`] }),
    );
    expect(JSON.stringify(moved)).not.to.include(SECRET);
    expect(moved?.keys).to.deep.include({ key: 'env.TOKEN', old: '<hidden>', new: null });
  });

  it('are only those of the parts that count as changed', () => {
    const filled = serviceSpec('a', { args: ['--port=7100'], settleMs: 200 });
    const tokens = serviceSpec('a', { args: [`--port=${portToken('api')}`], settleMs: 300 });
    expect(changed(filled, tokens)[0]?.keys).to.deep.equal([{ key: 'settle', old: '200ms', new: '300ms' }]);
  });
});

describe('an applied configuration without its secrets', () => {
  const plan = agentPlan('pump1');
  const services = plan.services.map((spec) => ({
    ...spec,
    env: { TOKEN: SECRET, PORT: '7100' },
    args: ['inherited1'],
  }));
  const content = { plan: { ...plan, services } };
  const masked = maskedConfiguration(content, { HOSTS_OWN: 'inherited1' });

  it('has the names of variables, and no value: neither in env nor in any other text', () => {
    expect(JSON.stringify(masked)).not.to.include(SECRET).and.not.to.include('inherited1').and.not.to.include('7100');
    const document = documentOf(masked) as { readonly services: Record<string, { args: unknown; env: unknown }> };
    expect(document.services['pump1-corerl']).to.deep.include({
      args: ['${HOSTS_OWN}'],
      env: { TOKEN: '<hidden>', PORT: '<hidden>' },
    });
    expect(document).to.include({ agent_type: 'default', config_path: '/plant/pump1.yaml' });
  });

  it('still shows which hidden value differs from another one', () => {
    const others = services.map((spec) => ({ ...spec, env: { ...spec.env, TOKEN: 'another one' } }));
    const other = maskedConfiguration({ plan: { ...plan, services: others } }, {});
    expect(revisionOfConfiguration({ plan: { ...plan, services: others } })).not.to.equal(
      revisionOfConfiguration(content),
    );
    const [one] = 'plan' in masked ? masked.plan.services : [];
    const [two] = 'plan' in other ? other.plan.services : [];
    expect(keyChanges(specDocument(one!), specDocument(two!))).to.deep.equal([
      { key: 'env.TOKEN', old: '<hidden>', new: '<hidden>' },
    ]);
  });

  it('hides values of env, addresses and secrets in the document of the host, but not the names of variables', () => {
    const document = {
      kinds: { corerl: { args: ['--x', '${env.X}'], env: { A: SECRET, B: '${env.B}', N: 7 } } },
      services: { t: { kind: 'corerl', args: [`--a=${SECRET}`], env: { A: SECRET } } },
      webhooks: { alerts: { url: 'https://example.test/T0K3N', secret: '${env.S}', timeout: '10s' } },
      logs: { total_bytes: '10GiB' },
    };
    const host = maskedConfiguration({ document, services: [] }, {});
    expect(JSON.stringify(host)).not.to.include(SECRET).and.not.to.include('T0K3N');
    expect(shownOf(documentOf(host))).to.deep.equal({
      kinds: { corerl: { args: ['--x', '${env.X}'], env: { A: '<hidden>', B: '${env.B}', N: '<hidden>' } } },
      services: {},
      webhooks: { alerts: { url: '<hidden>', secret: '${env.S}', timeout: '10s' } },
      logs: { total_bytes: '10GiB' },
    });
  });
});
