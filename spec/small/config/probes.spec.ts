import { expect } from 'chai';
import { agentConfig, hostConfig, type Effective } from '../../../lib/config/effective.ts';
import { parseForeignYaml, parseYaml } from '../../../lib/config/yaml/yaml-source.ts';
import { ConfigInvalidError } from '../../../lib/model/errors.ts';

const FILE = '/plant/coredinator.yaml';

function load(text: string): Effective {
  return hostConfig(parseYaml(FILE, Buffer.from(text)));
}

function probes(host: string, section = ''): unknown {
  return agentConfig(load(host), parseForeignYaml('/a.yaml', Buffer.from(section)).part('coredinator')).kinds.get(
    'corerl',
  )?.probes;
}

function kind(text: string): string {
  return `kinds:\n  corerl:\n    probes:\n      ${text}\n`;
}

const TIMING = { initial_delay: 0, period: 10_000, timeout: 1_000, success_threshold: 1, failure_threshold: 3 };
const OK = [{ from: 200, to: 399 }];

describe('a probe', () => {
  it('has the timing of Kubernetes, and gets the healthcheck of this machine', () => {
    expect(probes(kind('readiness: { http: { port: 7100 } }'))).to.deep.equal({
      startup: null,
      readiness: { http: { port: '7100', host: '127.0.0.1', path: '/api/healthcheck', status: OK }, ...TIMING },
      liveness: null,
    });
  });

  const checks: readonly (readonly [text: string, check: object])[] = [
    [
      'http: { port: "${port.http}", path: "/${service_id}?x=1", host: "::1", status: ["204", 418, "200-299"] }',
      {
        http: {
          port: '${port.http}',
          path: '/${service_id}?x=1',
          host: '::1',
          status: [
            { from: 204, to: 204 },
            { from: 418, to: 418 },
            { from: 200, to: 299 },
          ],
        },
      },
    ],
    ['tcp: { port: "65535" }', { tcp: { port: '65535', host: '127.0.0.1' } }],
    ['tcp: { port: "71${env.N}", host: plant.example }', { tcp: { port: '71${env.N}', host: 'plant.example' } }],
    ['exec: { command: [check, 1.0, "${config_path}"] }', { exec: { command: ['check', '1.0', '${config_path}'] } }],
    [
      'log_line: { pattern: "^ready (on|at) ${port.http}$" }',
      { log_line: { pattern: '^ready (on|at) ${port.http}$' } },
    ],
  ];
  for (const [text, check] of checks) {
    it(`may be ${text}`, () => {
      expect(probes(kind(`startup: { ${text}, period: 50ms, timeout: 1ms, failure_threshold: 60 }`))).to.deep.equal({
        startup: { ...check, ...TIMING, period: 50, timeout: 1, failure_threshold: 60 },
        readiness: null,
        liveness: null,
      });
    });
  }

  const PROBE = 'kinds.corerl.probes';
  const rows: readonly (readonly [text: string, issue: string])[] = [
    ['readiness: { period: 1s }', `4:18 ${PROBE}.readiness must have one of http, tcp, exec and log_line`],
    [
      'readiness: { http: { port: 1 }, tcp: { port: 1 } }',
      `4:44 ${PROBE}.readiness.tcp cannot be combined with http: a probe has one of http, tcp, exec and log_line`,
    ],
    ['liveness: { log_line: { pattern: x } }', `4:29 ${PROBE}.liveness.log_line cannot be a liveness probe`],
    [
      'readiness: { log_line: { pattern: "(" } }',
      `4:41 ${PROBE}.readiness.log_line.pattern is not a valid regular expression`,
    ],
    [
      "readiness: { log_line: { pattern: '(?=ready)' } }",
      `4:41 ${PROBE}.readiness.log_line.pattern uses lookahead, which cannot be searched in linear time; write`,
    ],
    [
      "readiness: { log_line: { pattern: '(a)-\\1' } }",
      `4:41 ${PROBE}.readiness.log_line.pattern uses backreferences, which cannot`,
    ],
    ['readiness: { log_line: { pattern: "" } }', `4:41 ${PROBE}.readiness.log_line.pattern must not be empty`],
    ['readiness: { log_line: {} }', `4:20 ${PROBE}.readiness.log_line.pattern is missing`],
    ['readiness: { http: {} }', `4:20 ${PROBE}.readiness.http.port is missing`],
    ['readiness: { http: { port: 0 } }', `4:34 ${PROBE}.readiness.http.port must be a port from 1 to 65535`],
    ['readiness: { tcp: { port: 65536 } }', `4:33 ${PROBE}.readiness.tcp.port must be a port from 1 to 65535`],
    ['readiness: { tcp: { port: 71.5 } }', `4:33 ${PROBE}.readiness.tcp.port must be a port from 1 to 65535`],
    ['readiness: { tcp: { port: http } }', `4:33 ${PROBE}.readiness.tcp.port must be a port from 1 to 65535`],
    ['readiness: { tcp: { port: true } }', `4:33 ${PROBE}.readiness.tcp.port must be a port from 1 to 65535`],
    [
      'readiness: { tcp: { port: "${prt.a}" } }',
      `4:33 ${PROBE}.readiness.tcp.port has the unknown variable "\${prt.a}"`,
    ],
    ['readiness: { tcp: { port: 1, host: "" } }', `4:42 ${PROBE}.readiness.tcp.host must not be empty`],
    ['readiness: { http: { port: 1, path: x } }', `4:43 ${PROBE}.readiness.http.path must be a URL path`],
    ['readiness: { http: { port: 1, path: "/a b" } }', `4:43 ${PROBE}.readiness.http.path must be a URL path`],
    ['readiness: { http: { port: 1, status: 200 } }', `4:45 ${PROBE}.readiness.http.status must be a list`],
    ['readiness: { http: { port: 1, status: [] } }', `4:45 ${PROBE}.readiness.http.status must not be empty`],
    ...['2xx', '399-200', '99', '600', '200-', '1.5'].map(
      (status) =>
        [
          `readiness: { http: { port: 1, status: ["200", "${status}"] } }`,
          `4:53 ${PROBE}.readiness.http.status[1] must be a status such as "204" or a range such as "200-399"`,
        ] as const,
    ),
    ['readiness: { exec: { command: [] } }', `4:37 ${PROBE}.readiness.exec.command must not be empty`],
    ['readiness: { exec: { command: check } }', `4:37 ${PROBE}.readiness.exec.command must be a list`],
    ['readiness: { tcp: { port: 1 }, period: 49ms }', `4:46 ${PROBE}.readiness.period must be 50ms or more`],
    ['readiness: { tcp: { port: 1 }, timeout: 0s }', `4:47 ${PROBE}.readiness.timeout must be longer than 0ms`],
    [
      'readiness: { tcp: { port: 1 }, failure_threshold: 0 }',
      `4:57 ${PROBE}.readiness.failure_threshold must be at least 1`,
    ],
    [
      'startup: { tcp: { port: 1 }, success_threshold: 2 }',
      `4:55 ${PROBE}.startup.success_threshold must be 1 for a startup or liveness probe`,
    ],
    [
      'liveness: { tcp: { port: 1 }, success_threshold: 2 }',
      `4:56 ${PROBE}.liveness.success_threshold must be 1 for a startup or liveness probe`,
    ],
    ['readiness: 5', `4:18 ${PROBE}.readiness must be a mapping`],
  ];
  for (const [text, issue] of rows) {
    it(`is rejected with line and column: ${text}`, () => {
      try {
        load(kind(text));
      } catch (error) {
        if (!(error instanceof ConfigInvalidError)) throw error;
        const { line, column, path, message } = error.issues[0]!;
        expect(`${String(line)}:${String(column)} ${path} ${message}`.slice(0, issue.length)).to.equal(issue);
        return;
      }
      throw new Error('It was accepted.');
    });
  }

  it('may require many successes to be ready again', () => {
    expect(probes(kind('readiness: { tcp: { port: 1 }, success_threshold: 5 }'))).to.have.nested.property(
      'readiness.success_threshold',
      5,
    );
  });
});

describe('a probe that is merged over another', () => {
  const host = kind('readiness: { http: { port: 7100, path: /ready }, period: 2s }');

  it('is merged key by key', () => {
    const section =
      'coredinator: { kinds: { corerl: { probes: { readiness: { http: { port: 7200 }, timeout: 3s } } } } }';
    expect(probes(host, section))
      .to.have.property('readiness')
      .that.deep.equals({
        http: { port: '7200', host: '127.0.0.1', path: '/ready', status: OK },
        ...{ ...TIMING, period: 2_000, timeout: 3_000 },
      });
  });

  it('replaces the check if it has another one, and keeps the timing', () => {
    const section = 'coredinator: { kinds: { corerl: { probes: { readiness: { tcp: { port: 7200 } } } } } }';
    expect(probes(host, section))
      .to.have.property('readiness')
      .that.deep.equals({
        tcp: { port: '7200', host: '127.0.0.1' },
        ...{ ...TIMING, period: 2_000 },
      });
  });

  it('is disabled by null, and can be configured again', () => {
    const section = 'coredinator: { kinds: { corerl: { probes: { readiness: null } } } }';
    expect(probes(host, section)).to.deep.equal({ startup: null, readiness: null, liveness: null });
    const empty = `${host}services: { t: { kind: corerl, probes: { readiness: } } }`;
    expect(load(empty).services.get('t')?.kind.probes.readiness).to.equal(null);
  });

  it('is also merged for a host service over its kind, and treats names of checks elsewhere as names', () => {
    const config = load(
      `${host}  tcp: { executable: x, env: { http: "1" } }\nservices: { http: { kind: tcp, env: { tcp: "2" } }, t: { kind: corerl, probes: { readiness: { exec: { command: [ok] } } } } }`,
    );
    expect(config.services.get('http')?.kind.env).to.deep.equal({ http: '1', tcp: '2' });
    expect(config.services.get('t')?.kind.probes.readiness).to.deep.equal({
      exec: { command: ['ok'] },
      ...{ ...TIMING, period: 2_000 },
    });
  });
});
