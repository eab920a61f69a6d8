import { expect } from 'chai';
import { parse } from 'yaml';
import { hostConfig, type Effective } from '../../../lib/config/effective.ts';
import { effectiveYaml } from '../../../lib/config/show.ts';
import { parseYaml } from '../../../lib/config/yaml/yaml-source.ts';

function load(text: string): Effective {
  return hostConfig(parseYaml('/plant/coredinator.yaml', Buffer.from(text)));
}

const TEXT = `
kinds:
  corerl:
    args: ["--port=\${port.http}", "1.10", "on"]
    env: { SECRET: "a: \\"b\\" # $$c", N: 0o17, EMPTY: "" }
    probes: { readiness: { http: { port: 7100, status: ["204"] } }, startup: { exec: { command: [check, 1.0] } } }
  odd: { executable: "007", recover_after: never }
agent_types: { odd: { services: [odd] } }
services: { t: { kind: odd, env: { X: 1.10 }, probes: { liveness: { tcp: { port: 1 } } } } }
`;

describe('the effective configuration as YAML', () => {
  it('has every default, in the order of the documentation', () => {
    const shown = parse(effectiveYaml(load(TEXT))) as Record<string, Record<string, object>>; // as asserted below
    expect(Object.keys(shown)).to.deep.equal(['kinds', 'agent_types', 'services', 'logs', 'engine']);
    expect(shown['logs']).to.deep.equal({ total_bytes: '10GiB' });
    const { corerl, odd } = shown['kinds']!;
    expect(Object.keys(corerl!).slice(0, 4)).to.deep.equal(['executable', 'args', 'env', 'restart']);
    expect(corerl).to.have.deep.nested.property('probes.readiness', {
      http: { host: '127.0.0.1', path: '/api/healthcheck', status: ['204'], port: 7100 },
      ...{ initial_delay: '0ms', period: '10s', timeout: '1s', success_threshold: 1, failure_threshold: 3 },
    });
    expect(corerl).to.have.nested.property('env.SECRET', 'a: "b" # $$c');
    expect(odd).to.include({ settle: '200ms', recover_after: 'never' });
    expect(shown['agent_types']?.['odd']).to.deep.equal({ strategy: 'one_for_one', services: ['odd'] });
  });

  it('results in the same configuration when it is read again', () => {
    for (const text of [TEXT, '']) {
      const config = load(text);
      const again = load(effectiveYaml(config));
      expect(again.kinds).to.deep.equal(config.kinds);
      expect(again.agentTypes).to.deep.equal(config.agentTypes);
      expect(again.services).to.deep.equal(config.services);
      expect(effectiveYaml(again)).to.equal(effectiveYaml(config));
    }
  });
});
