import { expect } from 'chai';
import { agentConfig, hostConfig, type Effective } from '../../../lib/config/effective.ts';
import { effectiveYaml } from '../../../lib/config/show.ts';
import { parseForeignYaml, parseYaml } from '../../../lib/config/yaml/yaml-source.ts';
import { ConfigInvalidError } from '../../../lib/model/errors.ts';

const FILE = '/plant/coredinator.yaml';
const AGENT_FILE = '/plant/pump1.yaml';

function load(text: string): Effective {
  return hostConfig(parseYaml(FILE, new TextEncoder().encode(text)));
}

function loadAgent(host: string, agent: string): ReturnType<typeof agentConfig> {
  return agentConfig(load(host), parseForeignYaml(AGENT_FILE, new TextEncoder().encode(agent)).part('coredinator'));
}

function refusalOf(act: () => unknown): ConfigInvalidError {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigInvalidError) return error;
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

/** The issues as `line:column path message`. */
function issuesOf(text: string): readonly string[] {
  return refusalOf(() => load(text)).issues.map(
    ({ line, column, path, message }) => `${String(line)}:${String(column)} ${path} ${message}`,
  );
}

describe('the configuration of a host', () => {
  it('has the built-in kinds and policies without a file, and with an empty one', () => {
    for (const config of [hostConfig(null), load(''), load('# nothing yet\n')]) {
      const kinds = ['coreio', 'corerl', 'coretelemetry', 'coregateway', 'opc_server', 'opc_tep'];
      expect([...config.kinds.keys()]).to.deep.equal(kinds);
      expect(config.agentTypes.get('default')).to.deep.equal({
        services: ['coreio', 'corerl'],
        strategy: 'one_for_one',
      });
      expect(config.services.size).to.equal(0);
      expect(config.kinds.get('corerl')).to.deep.equal({
        executable: 'corerl',
        args: ['--config-name', '${config_path}'],
        env: {},
        restart: 'always',
        backoff: { initial: 250, factor: 2, max: 30_000, jitter: 0.2, reset_after: 60_000 },
        intensity: { max_restarts: 3, period: 60_000 },
        recover_after: 30_000,
        success_exit_codes: [0],
        settle: 200,
        probes: { startup: null, readiness: null, liveness: null },
        stop: { signal: 'SIGTERM', grace: 5_000 },
        depends_on: { coreio: 'launched' },
        logs: { max_bytes: 10_485_760, keep: 5 },
        output: 'separate',
        limits: {},
        shareable: false,
        autostart: true,
      });
      expect(config.kinds.get('coreio')).to.deep.include({ shareable: true, depends_on: { opc_server: 'started' } });
      expect(config.kinds.get('opc_tep')).to.deep.include({
        args: ['--config-name', '${config_path}'],
        depends_on: { opc_server: 'started' },
      });
      expect(config.agentTypes.get('tep-demo')?.services).to.deep.equal(['opc_server', 'opc_tep', 'coreio', 'corerl']);
    }
  });

  it('merges a file over the defaults key by key, and replaces lists as a whole', () => {
    const kind = load(`
kinds:
  corerl:
    args: ["--fast"]
    env: { PORT: 7100 }
    backoff: { max: 1m }
    recover_after: never
`).kinds.get('corerl');
    expect(kind).to.deep.include({
      executable: 'corerl',
      args: ['--fast'],
      env: { PORT: '7100' },
      backoff: { initial: 250, factor: 2, max: 60_000, jitter: 0.2, reset_after: 60_000 },
      recover_after: null,
      depends_on: { coreio: 'launched' },
    });
  });

  it('takes an executable by its name or by its path from the base path', () => {
    for (const executable of ['corerl', 'current/bin/corerl', './corerl', '..corerl', 'a..b/..c/x']) {
      expect(load(`kinds: { corerl: { executable: ${executable} } }`).kinds.get('corerl')).to.include({ executable });
    }
  });

  it('removes an inherited dependency, and takes an unlimited intensity, also over one that has a limit', () => {
    const config = load(`
kinds:
  corerl: { depends_on: { coreio: null, opc_server: healthy }, intensity: unlimited }
  opc: { executable: x, intensity: { max_restarts: 1 } }
services:
  a: { kind: opc, intensity: unlimited }
  b: { kind: corerl, intensity: { max_restarts: 2 } }
`);
    expect(config.kinds.get('corerl')).to.deep.include({
      depends_on: { opc_server: 'healthy' },
      intensity: 'unlimited',
    });
    expect(config.services.get('a')?.kind.intensity).to.equal('unlimited');
    expect(config.services.get('b')?.kind.intensity).to.deep.equal({ max_restarts: 2, period: 60_000 });
    const again = load(effectiveYaml(config)).kinds.get('corerl');
    expect(again).to.deep.include({ depends_on: { opc_server: 'healthy' }, intensity: 'unlimited' });
  });

  it('limits all output together, by default to 10 GiB', () => {
    expect(load('').logs).to.deep.equal({ total_bytes: 10 * 1024 ** 3 });
    expect(load('logs: {}').logs).to.deep.equal({ total_bytes: 10 * 1024 ** 3 });
    expect(load('logs: { total_bytes: 64KiB }').logs).to.deep.equal({ total_bytes: 64 * 1024 });
  });

  it('names the engine, by default the local one', () => {
    expect(load('').engine).to.deep.equal({ type: 'local' });
    expect(load('engine: local').engine).to.deep.equal({ type: 'local' });
  });

  it('gives new kinds and agent types the defaults', () => {
    const config = load('kinds: { opc: { executable: opc } }\nagent_types: { demo: { services: [opc, corerl] } }');
    expect(config.kinds.get('opc')).to.deep.include({ args: [], settle: 200, restart: 'always' });
    expect(config.agentTypes.get('demo')).to.deep.equal({ services: ['opc', 'corerl'], strategy: 'one_for_one' });
    expect(config.agentTypes.has('default')).to.be.true;
  });

  it('creates a host service from its kind and its overrides', () => {
    const config = load(`
kinds: { coretelemetry: { env: { A: "1", B: "1" }, settle: 1s } }
services: { telemetry: { kind: coretelemetry, env: { B: "2" }, autostart: false } }
`);
    const service = config.services.get('telemetry');
    expect(service?.kindName).to.equal('coretelemetry');
    expect(service?.kind).to.deep.include({ env: { A: '1', B: '2' }, settle: 1_000, autostart: false });
    expect(config.kinds.get('coretelemetry')).to.deep.include({ env: { A: '1', B: '1' }, autostart: true });
  });

  it('passes numbers and booleans of env and args on as they are written', () => {
    const kind = load(
      'kinds: { corerl: { env: { V: 1.10, B: True, O: 0o17, L: 12345678901234567890 }, args: [1.0] } }',
    );
    expect(kind.kinds.get('corerl')).to.deep.include({
      env: { V: '1.10', B: 'True', O: '0o17', L: '12345678901234567890' },
      args: ['1.0'],
    });
  });

  it('lets a number with an anchor be a number elsewhere', () => {
    const kind = load('kinds: { corerl: { env: { N: &n 3 }, intensity: { max_restarts: *n } } }').kinds.get('corerl');
    expect(kind).to.deep.include({ env: { N: '3' }, intensity: { max_restarts: 3, period: 60_000 } });
  });

  it('understands anchors and merge keys', () => {
    const config = load(`
kinds:
  a: &a { executable: x, settle: 1s }
  b: { <<: *a, executable: y }
  c: { <<: [*a], args: &list [p] }
  d: { executable: z, args: *list }
`);
    expect(config.kinds.get('b')).to.include({ executable: 'y', settle: 1_000 });
    expect(config.kinds.get('c')).to.include({ executable: 'x', settle: 1_000 });
    expect(config.kinds.get('d')?.args).to.deep.equal(['p']);
  });

  it('keeps the merged document for display', () => {
    const { document } = load('kinds: { corerl: { backoff: { max: 1m } } }');
    expect(document).to.have.nested.property('kinds.corerl.backoff.max', '1m');
    expect(document).to.have.nested.property('kinds.corerl.executable', 'corerl');
    expect(document).to.have.nested.property('agent_types.default.strategy', 'one_for_one');
  });

  it('accepts any id as the name of a kind', () => {
    expect(load('kinds: { constructor: { executable: x }, 7: { executable: y } }').kinds.get('constructor')).to.include(
      {
        executable: 'x',
      },
    );
  });
});

describe('an unknown key', () => {
  const rows: readonly (readonly [text: string, issue: string])[] = [
    ['kind: {}', '1:1 kind is an unknown key; the nearest known key is "kinds"'],
    [
      'kinds:\n  corerl:\n    args: []\n    restrat: never',
      '4:5 kinds.corerl.restrat is an unknown key; the nearest known key is "restart"',
    ],
    [
      'kinds: { corerl: { backoff: { maximum: 1s } } }',
      '1:31 kinds.corerl.backoff.maximum is an unknown key; the nearest known key is "max"',
    ],
    [
      'kinds: { corerl: { prbes: {} } }',
      '1:20 kinds.corerl.prbes is an unknown key; the nearest known key is "probes"',
    ],
    [
      'kinds: { corerl: { probes: { ready: {} } } }',
      '1:30 kinds.corerl.probes.ready is an unknown key; the nearest known key is "readiness"',
    ],
    [
      'kinds:\n  corerl:\n    probes:\n      readiness: { tcp: { port: 1 }, periode: 1s }',
      '4:38 kinds.corerl.probes.readiness.periode is an unknown key; the nearest known key is "period"',
    ],
    [
      'services: { t: { kind: coretelemetry, probes: { liveness: { http: { prot: 1 } } } } }',
      '1:69 services.t.probes.liveness.http.prot is an unknown key; the nearest known key is "port"',
    ],
    [
      'agent_types:\n  demo:\n    service: []',
      '3:5 agent_types.demo.service is an unknown key; the nearest known key is "services"',
    ],
    [
      'services: { t: { kind: coretelemetry, env_flie: x } }',
      '1:39 services.t.env_flie is an unknown key; the nearest known key is "env_file"',
    ],
    [
      'kinds:\n  a: &a { executable: x, stopp: 1 }\n  b: { <<: *a }',
      '2:26 kinds.a.stopp is an unknown key; the nearest known key is "stop"',
    ],
    [
      'kinds:\n  b: { <<: { executable: y, stopp: 1 } }',
      '2:29 kinds.b.stopp is an unknown key; the nearest known key is "stop"',
    ],
    ['agent_type: x', '1:1 agent_type is an unknown key; the nearest known key is "agent_types"'],
  ];
  for (const [text, issue] of rows) {
    it(`is rejected with line, column and the nearest key: ${JSON.stringify(text)}`, () => {
      expect(issuesOf(text)).to.include(issue);
    });
  }

  it('is in the message with its file, and the number of other problems', () => {
    const { message } = refusalOf(() => load('kinds:\n  corerl:\n    restrat: 1\n    setle: 1\n    stopp: 1'));
    expect(message).to.equal(
      `${FILE}:3:5: kinds.corerl.restrat is an unknown key; the nearest known key is "restart" (and 2 more problems).`,
    );
  });
});

describe('an invalid value', () => {
  const kind = (text: string): string => `kinds:\n  corerl:\n    ${text}`;
  const rows: readonly (readonly [text: string, issue: string])[] = [
    ['engine: docker', '1:9 engine must be local, or a mapping with kubernetes'],
    ['logs: { total_bytes: 1KiB }', '1:22 logs.total_bytes must be 64KiB or more'],
    [kind('settle: 5'), '3:13 kinds.corerl.settle must be a duration such as 250ms, 5s or 2m'],
    [kind('settle: 5 min'), '3:13 kinds.corerl.settle is invalid: "5 min" is not a duration'],
    [kind('settle:'), '3:5 kinds.corerl.settle must be a duration'],
    [kind('recover_after: nevr'), '3:20 kinds.corerl.recover_after is invalid: "nevr" is not a duration'],
    [kind('backoff: { initial: 1s, factor: 0.5 }'), '3:37 kinds.corerl.backoff.factor must be at least 1'],
    [kind('backoff: { jitter: 1.5 }'), '3:24 kinds.corerl.backoff.jitter must be at most 1'],
    [kind('backoff: 5s'), '3:14 kinds.corerl.backoff must be a mapping'],
    [kind('intensity: { max_restarts: 1.5 }'), '3:32 kinds.corerl.intensity.max_restarts must be a whole number'],
    [kind('intensity: endless'), '3:16 kinds.corerl.intensity must be unlimited, or a mapping'],
    [kind('intensity: { max_restart: 1 }'), '3:18 kinds.corerl.intensity.max_restart is an unknown key'],
    [kind('depends_on: { coreio: ~ }\n    version: 1'), '4:14 kinds.corerl.version must be a semver range in quotes'],
    [kind('intensity: { max_restarts: -1 }'), '3:32 kinds.corerl.intensity.max_restarts must be at least 0'],
    [kind('restart: sometimes'), '3:14 kinds.corerl.restart must be "never" or "on_failure" or "always"'],
    [kind('stop: { signal: SIGTREM }'), '3:21 kinds.corerl.stop.signal must be a signal of this system; the nearest'],
    [kind('stop: { signal: 15 }'), '3:21 kinds.corerl.stop.signal must be the name of a signal such as SIGTERM'],
    [kind('success_exit_codes: [0, -1]'), '3:29 kinds.corerl.success_exit_codes[1] must be at least 0'],
    [kind('success_exit_codes: 0'), '3:25 kinds.corerl.success_exit_codes must be a list'],
    [
      kind('depends_on: { coreio: ready }'),
      '3:27 kinds.corerl.depends_on.coreio must be "launched" or "started" or "healthy" or "completed"',
    ],
    [
      kind('executable: /opt/corerl'),
      '3:17 kinds.corerl.executable must be the name of an executable, or its path from the base path',
    ],
    [
      kind('executable: ../corerl'),
      '3:17 kinds.corerl.executable must be the name of an executable, or its path from the base path',
    ],
    [
      kind('executable: bin/../../corerl'),
      '3:17 kinds.corerl.executable must be the name of an executable, or its path from the base path',
    ],
    [
      kind('executable: bin/..'),
      '3:17 kinds.corerl.executable must be the name of an executable, or its path from the base path',
    ],
    [
      kind('executable: bin/'),
      '3:17 kinds.corerl.executable must be the name of an executable, or its path from the base path',
    ],
    [
      kind('executable: bin\\\\corerl'),
      '3:17 kinds.corerl.executable must be the name of an executable, or its path from the base path',
    ],
    [kind('version: 1.2'), '3:14 kinds.corerl.version must be a semver range in quotes'],
    [kind('version: latest'), '3:14 kinds.corerl.version must be a semver range such as'],
    [kind('shareable: yes'), '3:16 kinds.corerl.shareable must be true or false'],
    [kind('args: [a, "${confg}"]'), '3:15 kinds.corerl.args[1] has the unknown variable "${confg}"'],
    [kind('args: [a, {}]'), '3:15 kinds.corerl.args[1] must be text, a number, true or false'],
    [kind('cwd: "${x}"'), '3:10 kinds.corerl.cwd has the unknown variable "${x}"'],
    [kind('cwd: ""'), '3:10 kinds.corerl.cwd must not be empty'],
    [kind('env: { A: "x${" }'), '3:15 kinds.corerl.env.A has a "${" without its "}"'],
    [kind('env: { A: }'), '3:12 kinds.corerl.env.A must be text, a number, true or false'],
    [kind('env: { A: "x\\0y" }'), '3:15 kinds.corerl.env.A contains a NUL character'],
    [kind('env: { "A=B": x }'), '3:12 kinds.corerl.env.A=B is not a valid name of an environment variable'],
    [kind('env: { COREDINATOR_URL: x }'), '3:12 kinds.corerl.env.COREDINATOR_URL is set by the host'],
    ['kinds: { a b: {} }', '1:10 kinds.a b is not a valid name'],
    ['kinds: []', '1:8 kinds must be a mapping'],
    ['just text', '1:1  must be a mapping'],
    ['agent_types: { d: { services: [] } }', '1:31 agent_types.d.services must not be empty'],
    ['agent_types: { d: { services: [coreio, coreio] } }', '1:31 agent_types.d.services names a kind twice'],
    [
      'agent_types: { default: { strategy: all } }',
      '1:37 agent_types.default.strategy must be "one_for_one" or "one_for_all" or "rest_for_one"',
    ],
    [kind('env_file: 5'), '3:15 kinds.corerl.env_file must be the path of a file'],
    [kind('env_file: ""'), '3:15 kinds.corerl.env_file must not be empty'],
    [kind('env_file: "${x}"'), '3:15 kinds.corerl.env_file has the unknown variable "${x}"'],
    [kind('args: ["${port.}"]'), '3:12 kinds.corerl.args[0] has the unknown variable "${port.}"'],
  ];
  for (const [text, issue] of rows) {
    it(`is rejected with line and column: ${JSON.stringify(text)}`, () => {
      const [first = ''] = issuesOf(text);
      expect(first.slice(0, issue.length)).to.equal(issue);
    });
  }

  it('of an environment variable is never quoted', () => {
    const error = refusalOf(() => load(kind('env: { A: "hunter2${", B: [hunter2], C: "hunter2${hunter}" }')));
    expect(JSON.stringify([error.message, error.issues])).to.not.contain('hunter2');
    expect(error.issues).to.have.length(3);
  });
});

describe('a name that does not exist', () => {
  const rows: readonly (readonly [text: string, issue: string])[] = [
    [
      'kinds: { corerl: { depends_on: { corio: started } } }',
      '1:34 kinds.corerl.depends_on.corio names the kind "corio", which does not exist; the nearest known kind is "coreio"',
    ],
    [
      'agent_types:\n  d:\n    services:\n      - coreio\n      - corel',
      '5:9 agent_types.d.services[1] names the kind "corel", which does not exist; the nearest known kind is "corerl"',
    ],
    [
      'services: { t: { kind: telemetry } }',
      '1:24 services.t.kind names the kind "telemetry", which does not exist; the nearest known kind is "coretelemetry"',
    ],
    ['services: { t: { kind: toString } }', '1:24 services.t.kind names the kind "toString", which does not exist'],
    [
      'services: { t: { kind: coretelemetry, depends_on: { x: started } } }',
      '1:53 services.t.depends_on.x names the kind "x", which does not exist',
    ],
    ['services:\n  t: { env: {} }', '2:3 services.t.kind is missing'],
    ['kinds:\n  opc: { args: [] }', '2:3 kinds.opc.executable is missing'],
    ['agent_types:\n  d: {}', '2:3 agent_types.d.services is missing'],
  ];
  for (const [text, issue] of rows) {
    it(`is rejected with line and column: ${JSON.stringify(text)}`, () => {
      const [first = ''] = issuesOf(text);
      expect(first.slice(0, issue.length)).to.equal(issue);
    });
  }
});

describe('a budget that cannot be exceeded', () => {
  it('is rejected at the intensity, with the sum of the waits, the period and the remedy', () => {
    const text = 'kinds:\n  corerl:\n    intensity: { max_restarts: 10 }';
    expect(issuesOf(text)).to.deep.equal([
      '3:16 kinds.corerl.intensity can never be exceeded: the waits of 10 restarts take up to 146.1s, and the period is 1m; ' +
        'make the backoff shorter, the period longer than 146.1s, or max_restarts 7 or less',
    ]);
  });

  it('is located where the file has its cause, also for host services and agents', () => {
    expect(issuesOf('kinds:\n  corerl:\n    backoff: { initial: 20s }')[0]).to.match(
      /^2:3 kinds\.corerl\.intensity can/,
    );
    const service = 'services:\n  t: { kind: coretelemetry, intensity: { period: 1s } }';
    expect(issuesOf(service)[0]).to.match(/^2:40 services\.t\.intensity can never/);
    const agent = 'coredinator: { kinds: { corerl: { intensity: { period: 1s } } } }';
    expect(refusalOf(() => loadAgent('', agent)).message).to.contain(':1:46: coredinator.kinds.corerl.intensity can');
  });

  it('does not matter without restarts, or if no restart is allowed', () => {
    for (const text of ['restart: never, intensity: { period: 1s }', 'intensity: { max_restarts: 0, period: 0s }']) {
      expect(load(`kinds: { corerl: { ${text} } }`).kinds.has('corerl')).to.be.true;
    }
  });

  it('is found quickly, whatever the numbers', () => {
    const text = 'kinds: { corerl: { backoff: { factor: 1 }, intensity: { max_restarts: 100000, period: 1s } } }';
    expect(issuesOf(text)[0]).to.contain('max_restarts 3 or less');
    expect(issuesOf(text.replace('100000', '100001'))[0]).to.contain('must be at most 100000');
  });
});

describe('a dependency cycle', () => {
  it('is rejected with its members, at a line of the file', () => {
    expect(issuesOf('kinds:\n  coreio:\n    depends_on: { corerl: started }')).to.deep.equal([
      '3:19 kinds.coreio.depends_on.corerl is part of a dependency cycle: coreio -> corerl -> coreio',
    ]);
  });

  it('is located where the file closes it, not where the host’s configuration begins it', () => {
    const host = 'kinds: { a: { executable: x, depends_on: { b: started } }, b: { executable: y } }';
    const agent = 'coredinator:\n  kinds:\n    b: { depends_on: { a: started } }';
    expect(refusalOf(() => loadAgent(host, agent)).message).to.equal(
      `${AGENT_FILE}:3:24: coredinator.kinds.b.depends_on.a is part of a dependency cycle: a -> b -> a.`,
    );
  });

  it('of one kind is rejected', () => {
    expect(issuesOf('kinds: { coreio: { depends_on: { coreio: started } } }')).to.deep.equal([
      '1:34 kinds.coreio.depends_on.coreio is part of a dependency cycle: coreio -> coreio',
    ]);
  });

  it('between host services is rejected', () => {
    const text = `
services:
  t: { kind: coretelemetry, depends_on: { coregateway: started } }
  g: { kind: coregateway, depends_on: { coretelemetry: started } }
`;
    expect(issuesOf(text)).to.deep.equal([
      '3:43 services.t.depends_on.coregateway is part of a dependency cycle: t -> g -> t',
    ]);
  });
});

describe('a file that is not valid YAML', () => {
  const rows: readonly (readonly [text: string, place: string, words: string])[] = [
    ['kinds: [', '1:9', 'is not valid YAML'],
    ['a: [1\nb: 2', '2:1', 'is not valid YAML'],
    ['kinds:\n\tcorerl: {}', '2:1', 'is not valid YAML'],
    ['a: "x', '1:6', 'is not valid YAML'],
    ['kinds: {}\nkinds: {}', '2:1', 'the key "kinds" is duplicated'],
    ['kinds:\n  a: { env: { X: 1, X: 2 } }', '2:21', 'the key "X" is duplicated'],
    ['kinds:\n  a: { "<<": 1, "<<": 2 }', '2:17', 'the key "<<" is duplicated'],
    ['kinds: *nothing', '1:8', 'the alias "*nothing" has no anchor'],
    ['kinds: {}\n---\nkinds: {}', '2:1', 'more than one YAML document'],
  ];
  for (const [text, place, words] of rows) {
    it(`is rejected with line and column: ${JSON.stringify(text)}`, () => {
      const error = refusalOf(() => load(text));
      const [issue] = error.issues;
      expect(`${String(issue?.line)}:${String(issue?.column)} ${String(issue?.message)}`).to.contain(words);
      expect(error.message).to.match(new RegExp(`^${FILE}:${place}: `));
    });
  }

  it('is rejected if it is not UTF-8', () => {
    const bytes = Uint8Array.from([0x61, 0x3a, 0xff]);
    expect(refusalOf(() => parseYaml(FILE, bytes)).message).to.equal(`${FILE}: the file is not UTF-8 text.`);
  });

  it('is rejected if its aliases expand excessively', () => {
    const levels = Array.from({ length: 12 }, (_, i) => `x${i}: &x${i} [${`*x${i - 1},`.repeat(9)}]`).slice(1);
    const error = refusalOf(() => load(['x0: &x0 [a]', ...levels].join('\n')));
    expect(error.message).to.contain('cannot be expanded');
  });

  it('is rejected if it merges itself', () => {
    for (const text of [
      'kinds: &k { <<: *k, x: 1 }',
      'kinds: { a: &a { <<: *a } }',
      'kinds: { a: &a { <<: { <<: *a } } }',
    ]) {
      expect(() => load(text)).to.throw(ConfigInvalidError);
    }
  });

  it('is rejected where it is nested too deeply, in any form', () => {
    const blocks = Array.from({ length: 3_000 }, (_, depth) => `${' '.repeat(depth)}k:\n`).join('');
    for (const text of [
      '['.repeat(100_000),
      '{a: '.repeat(100_000),
      '- '.repeat(100_000),
      '? '.repeat(100_000),
      blocks,
    ]) {
      expect(refusalOf(() => load(text)).message).to.contain('more than 100 levels are nested');
    }
  });

  it('may be nested as deeply as real files', () => {
    expect(loadAgent('', `deep: ${'['.repeat(90)}${']'.repeat(90)}\ncoredinator: { agent_type: t }`)).to.include({
      agentType: 't',
    });
  });

  it('is read in time proportional to its size', () => {
    const keys = Array.from({ length: 60_000 }, (_, index) => `k${index}:\n`).join('');
    const begin = performance.now();
    expect(refusalOf(() => load(keys)).issues).to.have.length(50);
    // About a second; comparing every key with every other would take more than a minute.
    expect(performance.now() - begin).to.be.below(15_000);
  }).timeout(20_000);
});

describe('the section of an agent', () => {
  it('is absent, empty or without kinds: then the configuration is the host’s', () => {
    for (const text of ['', 'a: 1', '[1, 2]', 'just text', 'coredinator:', 'coredinator: {}']) {
      const config = loadAgent('kinds: { corerl: { settle: 1s } }', text);
      expect(config.kinds.get('corerl')).to.include({ settle: 1_000 });
      expect(config).to.include({ agentType: null, coreioId: null });
    }
  });

  it('is merged over the host’s configuration key by key', () => {
    const config = loadAgent(
      'kinds: { corerl: { settle: 1s, backoff: { max: 5s } } }',
      'coredinator: { kinds: { corerl: { backoff: { initial: 1s } } }, agent_type: t, coreio_id: io-1 }',
    );
    expect(config.kinds.get('corerl')).to.deep.include({
      settle: 1_000,
      backoff: { initial: 1_000, factor: 2, max: 5_000, jitter: 0.2, reset_after: 60_000 },
    });
    expect(config).to.include({ agentType: 't', coreioId: 'io-1' });
  });

  it('does not change the host’s configuration and its services', () => {
    const host = load('services: { t: { kind: coretelemetry } }');
    const source = parseForeignYaml(
      AGENT_FILE,
      Buffer.from('coredinator: { kinds: { coretelemetry: { settle: 9s } } }'),
    );
    const agent = agentConfig(host, source.part('coredinator'));
    expect(agent.kinds.get('coretelemetry')).to.include({ settle: 9_000 });
    expect(host.kinds.get('coretelemetry')).to.include({ settle: 200 });
    expect(host.services.get('t')?.kind).to.include({ settle: 200 });
  });

  const rows: readonly (readonly [text: string, message: string])[] = [
    [
      'model: {}\ncoredinator:\n  kind: {}',
      '3:3: coredinator.kind is an unknown key; the nearest known key is "kinds"',
    ],
    [
      'coredinator:\n  kinds:\n    corerl: { setle: 1s }',
      '3:15: coredinator.kinds.corerl.setle is an unknown key; the nearest known key is "settle"',
    ],
    ['coredinator: { services: {} }', '1:16: coredinator.services is an unknown key'],
    ['coredinator: 7', '1:14: coredinator must be a mapping'],
    ['coredinator:\n  coreio_id: a b', '2:14: coredinator.coreio_id is not a valid name'],
    [
      'coredinator: { kinds: { coreio: { depends_on: { corerl: started } } } }',
      '1:49: coredinator.kinds.coreio.depends_on.corerl is part of a dependency cycle: coreio -> corerl -> coreio',
    ],
    ['coredinator: {}\ncoredinator: {}', '2:1: the key "coredinator" is duplicated'],
    ['&a !x y: [', '1:11: is not valid YAML'],
  ];
  for (const [text, message] of rows) {
    it(`is rejected with line and column: ${JSON.stringify(text)}`, () => {
      const refusal = refusalOf(() => loadAgent('', text));
      expect(refusal.message.slice(0, AGENT_FILE.length + 1 + message.length)).to.equal(`${AGENT_FILE}:${message}`);
    });
  }

  it('is found in finite time in any file, even in one that merges itself', () => {
    expect(loadAgent('', '&r { <<: *r, a: 1 }')).to.include({ agentType: null });
    expect(loadAgent('', '{ <<: { coredinator: { agent_type: t } }, a: 1 }')).to.include({ agentType: 't' });
  });

  it('is found if other parts of the file use tags, complex keys and aliases', () => {
    const text = 'm: !include x.yaml\n? [a, b]\n: 1\nb: &b { c: 1 }\nd: *b\ncoredinator: { agent_type: t }';
    expect(loadAgent('', text)).to.include({ agentType: 't' });
  });
});
