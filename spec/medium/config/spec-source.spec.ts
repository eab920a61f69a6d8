import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadConfig } from '../../../lib/config/spec-source.ts';
import {
  ConfigInvalidError,
  ConfigOutsideRootError,
  ConfigUnreadableError,
  InvalidIdError,
} from '../../../lib/model/errors.ts';
import { NO_PROBES } from '../../../lib/model/probe.ts';
import type { AgentPlan, ServiceSpec } from '../../../lib/model/spec.ts';
import { portToken } from '../../../lib/model/values/port-token.ts';
import type { AgentRequest, SpecSource } from '../../../lib/ports/spec-source.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the source of specs', () => {
  let folder: string;
  let env: Record<string, string>;

  beforeEach(() => {
    env = { REGION: 'north', SECRET: 'hunter2' };
    folder = temporaryFolder();
  });

  function file(name: string, text: string): string {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    return path;
  }

  async function source(hostConfig?: string): Promise<SpecSource> {
    const configFile = hostConfig === undefined ? null : file('coredinator.yaml', hostConfig);
    return (await loadConfig({ basePath: '/plant', configFile, workingDirectory: folder, env })).specSource;
  }

  async function plan(agentText: string, request: Partial<AgentRequest> = {}, hostConfig?: string): Promise<AgentPlan> {
    const configPath = file('pump1.yaml', agentText);
    return (await source(hostConfig)).planAgent({ configPath, ...request });
  }

  async function refusal(act: Promise<unknown>): Promise<Error> {
    try {
      await act;
    } catch (error) {
      if (error instanceof Error) return error;
    }
    throw new Error('It was accepted.');
  }

  const ids = (services: readonly ServiceSpec[]): readonly string[] => services.map(({ id }) => id);

  describe('for an agent', () => {
    for (const [what, text] of [
      ['a scalar', 'root:x:0:0:root:/root:/bin/sh\n'],
      ['several lines of text', 'root:$6$x:19000::::\nbin:*:19000::::\n'],
      ['a list', '- gamma: 0.9\n'],
      ['a number', '5\n'],
    ] as const) {
      it(`rejects a file that is not a mapping, and quotes nothing of it: ${what}`, async () => {
        const error = await refusal(plan(text));
        expect(error).to.be.instanceOf(ConfigInvalidError);
        expect(error.message).to.match(/pump1\.yaml:1:1: must be a mapping of keys to values/);
        expect(error.message).to.not.contain('19000').and.not.contain('gamma');
      });
    }

    it('accepts an empty file, and one with only comments', async () => {
      for (const text of ['', '# nothing\n', '---\n']) expect((await plan(text)).id).to.equal('pump1');
    });

    it('plans the default services from a file without a section', async () => {
      const path = join(folder, 'pump1.yaml');
      expect(await plan('gamma: 0.9\n')).to.deep.equal({
        id: 'pump1',
        type: 'default',
        configPath: path,
        strategy: 'one_for_one',
        asked: { agentType: null, coreioId: null },
        services: [
          {
            id: 'pump1-coreio',
            kind: 'coreio',
            agentId: 'pump1',
            configPath: path,
            executable: 'coreio',
            version: null,
            args: ['--config-name', path],
            env: {},
            cwd: null,
            restart: {
              mode: 'always',
              backoff: { initialMs: 250, factor: 2, maxMs: 30_000, jitter: 0.2, resetAfterMs: 60_000 },
              intensity: { maxRestarts: 3, periodMs: 60_000 },
              recoverAfterMs: 30_000,
              successExitCodes: [0],
            },
            settleMs: 200,
            probes: NO_PROBES,
            logs: { maxBytes: 10_485_760, keep: 5 },
            output: 'separate',
            limits: { openFiles: null, processes: null, coreSize: null, addressSpace: null },
            pod: null,
            user: null,
            group: null,
            stop: { signal: 'SIGTERM', graceMs: 5_000 },
            dependsOn: [],
          },
          {
            ...(await plan('')).services[0],
            id: 'pump1-corerl',
            kind: 'corerl',
            executable: 'corerl',
            dependsOn: [{ serviceId: 'pump1-coreio', condition: 'launched' }],
          },
        ],
      });
    });

    it('has the user and the group of a kind, as text', async () => {
      const made = await plan('coredinator: { kinds: { corerl: { user: svc$, group: 20 } } }');
      expect(made.services[1]).to.include({ user: 'svc$', group: '20' });
    });

    for (const user of ['-x', '""', '"a b"', 'a/b', '"a:b"', '-1', '1.5', '4294967295', 'true']) {
      it(`refuses ${user} as a user`, async () => {
        const error = await refusal(plan(`coredinator: { kinds: { corerl: { user: ${user} } } }`));
        expect(error).to.be.instanceOf(ConfigInvalidError);
        expect(error.message).to.contain(`kinds.corerl.user must be`);
      });
    }

    it('accepts any mapping, and a file without one', async () => {
      for (const text of ['', '# only a comment', 'a: !tag {b: 1}', '\uFEFFa: 1', '%YAML 1.1\n---\na: 1']) {
        expect(ids((await plan(text)).services), text).to.deep.equal(['pump1-coreio', 'pump1-corerl']);
      }
    });

    it('resolves a relative path from the working directory and stores it as absolute', async () => {
      const path = file('configs/a/pump.v2.yaml', '');
      const made = await (await source()).planAgent({ configPath: 'configs/../configs/a/pump.v2.yaml' });
      expect(made).to.include({ id: 'pump.v2', configPath: path });
    });

    it('prefers the id of the request to the file name', async () => {
      const made = await plan('', { agentId: 'other' });
      expect(made.id).to.equal('other');
      expect(ids(made.services)).to.deep.equal(['other-coreio', 'other-corerl']);
    });

    it('requires agent_id if the file name cannot be an id', async () => {
      for (const name of ['my pump.yaml', '.yaml', '_x.yaml', `${'p'.repeat(129)}.yaml`]) {
        const error = await refusal((await source()).planAgent({ configPath: file(name, '') }));
        expect(error, name).to.be.instanceOf(InvalidIdError);
        expect(error.message).to.contain('agent_id');
      }
      expect(await (await source()).planAgent({ configPath: 'my pump.yaml', agentId: 'p1' })).to.include({ id: 'p1' });
    });

    it('rejects ids that are invalid or too long for a service', async () => {
      expect(await refusal(plan('', { agentId: 'a b' }))).to.be.instanceOf(InvalidIdError);
      expect(await refusal(plan('', { coreioId: 'a/b' }))).to.be.instanceOf(InvalidIdError);
      const error = await refusal(plan('', { agentId: 'p'.repeat(125) }));
      expect(error).to.be.instanceOf(InvalidIdError);
      expect(error.message).to.contain('-coreio');
    });

    it('fills in the variables of args, env and cwd', async () => {
      const hostConfig = `
kinds:
  corerl:
    args: ["\${config_stem}", "\${agent_id}/\${service_id}", "$\${x}"]
    env: { WHERE: "\${config_path}", N: 1.10, ON: true }
    cwd: data/\${agent_id}
`;
      const made = await plan('', { agentId: 'a1' }, hostConfig);
      expect(made.services[1]).to.deep.include({
        args: ['pump1', 'a1/a1-corerl', '${x}'],
        env: { WHERE: join(folder, 'pump1.yaml'), N: '1.10', ON: 'true' },
        cwd: '/plant/data/a1',
      });
    });

    it('merges its section over the configuration of the host', async () => {
      const section =
        'coredinator: { kinds: { corerl: { version: "^1.2", stop: { grace: 1m }, recover_after: never } } }';
      const made = await plan(section, {}, 'kinds: { corerl: { stop: { signal: SIGINT, grace: 2s }, settle: 1s } }');
      expect(made.services[1]).to.deep.include({
        version: '^1.2',
        stop: { signal: 'SIGINT', graceMs: 60_000 },
        settleMs: 1_000,
      });
      expect(made.services[1]?.restart.recoverAfterMs).to.be.null;
    });

    it('prefers the agent type of the request to that of the section, and that to the default', async () => {
      const types = 'agent_types: { solo: { services: [coreio] }, duo: { services: [corerl, coretelemetry] } }';
      const section = 'coredinator: { agent_type: solo }';
      expect(await plan(section, {}, types)).to.include({ type: 'solo' });
      expect(await plan(section, { agentType: 'duo' }, types)).to.include({ type: 'duo' });
      expect(await plan('', {}, types)).to.include({ type: 'default' });
    });

    it('rejects an agent type that does not exist, and lists those that do', async () => {
      const error = await refusal(plan('', { agentType: 'duo' }));
      expect(error).to.be.instanceOf(ConfigInvalidError);
      expect(error.message).to.contain('"duo"').and.contain('"default"');
      const placed = await refusal(plan('x: 1\ncoredinator:\n  agent_type: toString\n'));
      expect(placed.message).to.contain('pump1.yaml:3:15: coredinator.agent_type names the agent type "toString"');
    });

    it('puts dependencies first, and drops those on kinds that the agent does not have', async () => {
      const hostConfig = `
kinds:
  ui: { executable: ui, depends_on: { corerl: started, coregateway: started } }
agent_types: { full: { services: [ui, corerl, coreio, coretelemetry] } }
`;
      const { services } = await plan('', { agentType: 'full' }, hostConfig);
      expect(ids(services)).to.deep.equal(['pump1-coreio', 'pump1-corerl', 'pump1-ui', 'pump1-coretelemetry']);
      expect(services[2]?.dependsOn).to.deep.equal([{ serviceId: 'pump1-corerl', condition: 'started' }]);
    });
  });

  describe('for a kind with probes', () => {
    const readiness = async (probe: string, section = ''): Promise<unknown> => {
      const made = await plan(section, {}, `kinds: { corerl: { probes: { readiness: { ${probe} } } } }`);
      return made.services[1]?.probes.readiness;
    };
    const TIMING = { initialDelayMs: 0, periodMs: 10_000, timeoutMs: 1_000, successThreshold: 1, failureThreshold: 3 };

    it('plans each check with its timing', async () => {
      const timing =
        'initial_delay: 1s, period: 250ms, timeout: 100ms, success_threshold: 2, failure_threshold: 5, tcp: { port: 7100 }';
      expect(await readiness(timing)).to.deep.equal({
        check: { type: 'tcp', host: '127.0.0.1', port: 7_100 },
        ...{ initialDelayMs: 1_000, periodMs: 250, timeoutMs: 100, successThreshold: 2, failureThreshold: 5 },
      });
      expect(await readiness('http: { port: 1, status: ["204"] }')).to.deep.equal({
        check: {
          ...{ type: 'http', host: '127.0.0.1', port: 1, path: '/api/healthcheck' },
          status: [{ from: 204, to: 204 }],
        },
        ...TIMING,
      });
    });

    it('fills in its variables', async () => {
      const http = await readiness(
        'http: { port: "${port.http}", path: "/${service_id}", host: "${env.REGION}.example" }',
      );
      expect(http)
        .to.have.property('check')
        .that.deep.includes({
          ...{ host: 'north.example', port: 0, portName: 'http', path: '/pump1-corerl' },
        });
      expect(await readiness('exec: { command: [check, "${config_path}", 1.10] }')).to.have.deep.nested.property(
        'check.command',
        ['check', join(folder, 'pump1.yaml'), '1.10'],
      );
    });

    it('uses the value of a variable in a pattern literally', async () => {
      env['REGION'] = 'a.b (c)';
      const line = await readiness('log_line: { pattern: "^${env.REGION} is ready at ${port.a-b}$" }');
      expect(line).to.have.nested.property('check.pattern', `^a\\.b \\(c\\) is ready at ${portToken('a-b')}$`);
    });

    it('rejects a filled-in value that is not a port or path, and does not quote it', async () => {
      const rows = [
        ['tcp: { port: "${env.SECRET}" }', 'readiness.tcp.port must be a port'],
        ['tcp: { port: "9${port.http}" }', 'readiness.tcp.port must be a port'],
        ['http: { port: 1, path: "${env.SECRET}" }', 'readiness.http.path must be a URL path'],
      ] as const;
      for (const [probe, words] of rows) {
        const error = await refusal(readiness(probe));
        expect(error, probe).to.be.instanceOf(ConfigInvalidError);
        expect(error.message)
          .to.match(/coredinator\.yaml:1:\d+: /)
          .and.contain(words)
          .and.not.contain('hunter2');
      }
    });
  });

  describe('with variables of the machine', () => {
    it('leaves the ports of a service to its launches', async () => {
      const [http, grpc] = [portToken('http'), portToken('grpc')];
      const hostConfig =
        'kinds: { corerl: { args: ["${port.http}", "-p${port.grpc}"], env: { PORT: "${port.http}" } } }';
      const first = await plan('', {}, hostConfig);
      expect(first.services[1]).to.deep.include({ args: [http, `-p${grpc}`], env: { PORT: http } });
      expect(await plan('', {}, hostConfig)).to.deep.equal(first);
    });

    it('names the variable that the host’s environment does not have, with its position', async () => {
      const text = 'kinds:\n  corerl:\n    env: { A: "${env.SECRET}", B: "${env.SECRET}${env.GONE}" }';
      const error = await refusal(plan('', {}, text));
      expect(error).to.be.instanceOf(ConfigInvalidError);
      expect(error.message)
        .to.contain(`${join(folder, 'coredinator.yaml')}:3:35: kinds.corerl.env.B uses \${env.GONE}`)
        .and.contain('has no variable "GONE"')
        .and.not.contain('hunter2');
      const own = await refusal(plan(`a: 1\ncoredinator: { kinds: { corerl: { cwd: "\${env.GONE}" } } }`));
      expect(own.message).to.contain('pump1.yaml:2:40: coredinator.kinds.corerl.cwd uses ${env.GONE}');
      const service = 'services:\n  t: { kind: coretelemetry }\nkinds:\n  coretelemetry: { args: ["${env.GONE}"] }';
      const inherited = await refusal(source(service));
      expect(inherited.message).to.contain('coredinator.yaml:4:27: kinds.coretelemetry.args[0] uses ${env.GONE}');
    });
  });

  describe('with an env_file', () => {
    const hostConfig = (path: string, envText = '{}'): string =>
      `kinds:\n  corerl:\n    env_file: ${JSON.stringify(path)}\n    env: ${envText}\n`;

    it('reads its variables when the plan is created; env takes precedence', async () => {
      const path = file('secrets/north.env', 'A=1\n# no\nB="two words"\nC=${x}\nexport D=4\n');
      const made = await plan('', {}, hostConfig(join(folder, 'secrets/${env.REGION}.env'), '{ B: 2 }'));
      expect(made.services[1]?.env).to.deep.equal({ A: '1', B: '2', C: '${x}', D: '4' });
      writeFileSync(path, 'A=5');
      const again = await plan('', {}, hostConfig(path));
      expect(again.services[1]?.env).to.deep.equal({ A: '5' });
    });

    it('resolves a relative one from the base path', async () => {
      file('base/local.env', 'A=1');
      const config = file('host.yaml', hostConfig('local.env'));
      const loaded = await loadConfig({ basePath: 'base', configFile: config, workingDirectory: folder, env });
      const made = await loaded.specSource.planAgent({ configPath: file('pump1.yaml', '') });
      expect(made.services[1]?.env).to.deep.equal({ A: '1' });
    });

    it('is rejected with its position if it cannot be used, and no value is quoted', async () => {
      mkdirSync(join(folder, 'dir'));
      const rows: readonly (readonly [path: string, words: string])[] = [
        [join(folder, 'gone.env'), 'gone.env", which cannot be read (ENOENT)'],
        [join(folder, 'dir'), 'dir", which is not a file'],
        [file('big.env', `A=${'x'.repeat(200_000)}`), 'big.env", which is larger than 128 KiB'],
        [file('nul.env', 'A=hunter2\0'), 'nul.env", which contains a NUL character'],
        [file('host.env', 'COREDINATOR_URL=hunter2'), 'whose variable "COREDINATOR_URL" is set by the host'],
        ['${env.GONE}/x', 'env_file uses ${env.GONE}'],
      ];
      for (const [path, words] of rows) {
        const error = await refusal(plan('', {}, hostConfig(path)));
        expect(error, words).to.be.instanceOf(ConfigInvalidError);
        expect(error.message).to.contain('coredinator.yaml:3:15: kinds.corerl.env_file').and.contain(words);
        expect(error.message).to.not.contain('hunter2');
      }
      writeFileSync(join(folder, 'latin.env'), Uint8Array.from([0x41, 0x3d, 0xff]));
      expect((await refusal(plan('', {}, hostConfig(join(folder, 'latin.env'))))).message).to.contain('not UTF-8');
    });
  });

  describe('with a root for the files of agents', () => {
    let root: string;

    beforeEach(() => {
      root = join(folder, 'agents');
      mkdirSync(root);
    });

    async function planned(configPath: string, hostConfig = ''): Promise<AgentPlan> {
      const options = { basePath: '/plant', configFile: file('host.yaml', hostConfig), workingDirectory: folder, env };
      return (await loadConfig({ ...options, configRoot: root })).specSource.planAgent({ configPath });
    }

    it('accepts files inside it, with the given path', async () => {
      const path = file('agents/area/pump1.yaml', '');
      expect((await planned(path)).configPath).to.equal(path);
      expect((await planned('agents/area/pump1.yaml')).configPath).to.equal(path);
      symlinkSync(path, join(root, 'pump2.yaml'));
      expect(await planned(join(root, 'pump2.yaml'))).to.include({ id: 'pump2', configPath: join(root, 'pump2.yaml') });
    });

    it('is also accepted by its other names', async () => {
      file('agents/pump1.yaml', '');
      const link = join(folder, 'link');
      symlinkSync(root, link);
      expect(await planned(join(link, 'pump1.yaml'))).to.include({ id: 'pump1' });
      root = link;
      expect(await planned(join(folder, 'agents', 'pump1.yaml'))).to.include({ id: 'pump1' });
    });

    it('rejects files elsewhere, existing or not, and links to there', async () => {
      const outside = file('outside.yaml', 'a: [hunter2');
      mkdirSync(join(folder, 'agents-of-others'));
      symlinkSync(outside, join(root, 'link.yaml'));
      symlinkSync(folder, join(root, 'folder'));
      for (const path of [
        outside,
        join(folder, 'gone.yaml'),
        '/etc/shadow',
        '/proc/self/environ',
        '/nowhere/x.yaml',
        join(root, '..', 'outside.yaml'),
        'outside.yaml',
        file('agents-of-others/a.yaml', ''),
        join(root, 'link.yaml'),
        join(root, 'folder', 'outside.yaml'),
        join(root, 'folder', 'gone.yaml'),
        folder,
        '/',
      ]) {
        const error = await refusal(planned(path));
        expect(error, path).to.be.instanceOf(ConfigOutsideRootError);
        expect(error.message).to.contain(root).and.not.contain('hunter2');
      }
    });

    it('reports a missing file inside it as missing', async () => {
      symlinkSync(join(root, 'nothing'), join(root, 'dangling.yaml'));
      for (const name of ['gone.yaml', 'a/b/gone.yaml', 'dangling.yaml']) {
        expect(await refusal(planned(join(root, name))), name).to.be.instanceOf(ConfigUnreadableError);
      }
    });

    it('also applies to the env_file of an agent, but not to that of the host', async () => {
      const outside = file('outside.env', 'A=1');
      const inside = file('agents/inside.env', 'A=1');
      const of = (path: string): string => `kinds: { corerl: { env_file: ${JSON.stringify(path)} } }`;
      const agent = (path: string): string => file('agents/pump1.yaml', `coredinator: { ${of(path)} }`);

      expect((await planned(agent(inside))).services[1]?.env).to.deep.equal({ A: '1' });
      const error = await refusal(planned(agent(outside)));
      expect(error).to.be.instanceOf(ConfigInvalidError);
      expect(error.message).to.contain('pump1.yaml:1:').and.contain(`"${outside}", which is not inside "${root}"`);
      expect((await planned(file('agents/pump1.yaml', ''), of(outside))).services[1]?.env).to.deep.equal({ A: '1' });
    });
  });

  describe('for an agent type with a strategy', () => {
    it('keeps the strategy, and starts the services of a group in order', async () => {
      const types = (strategy: string): string =>
        `kinds: { corerl: { depends_on: { coreio: healthy } } }\nagent_types: { default: { services: [coregateway, coreio, corerl, coretelemetry], strategy: ${strategy} } }`;
      const loose = await plan('', {}, types('one_for_one'));
      expect(loose.services.map(({ dependsOn }) => dependsOn.length)).to.deep.equal([0, 0, 1, 0]);
      const group = await plan('', {}, types('rest_for_one'));
      expect(group.strategy).to.equal('rest_for_one');
      expect(group.services.map(({ dependsOn }) => dependsOn)).to.deep.equal([
        [],
        [{ serviceId: 'pump1-coregateway', condition: 'started' }],
        [{ serviceId: 'pump1-coreio', condition: 'healthy' }],
        [{ serviceId: 'pump1-corerl', condition: 'started' }],
      ]);
    });

    it('has the Tennessee Eastman demo', async () => {
      const demo = await plan('', { agentType: 'tep-demo' });
      expect(
        demo.services.map(({ id, dependsOn }) => [id, ...dependsOn.map(({ serviceId }) => serviceId)]),
      ).to.deep.equal([
        ['pump1-opc_server'],
        ['pump1-opc_tep', 'pump1-opc_server'],
        ['pump1-coreio', 'pump1-opc_server'],
        ['pump1-corerl', 'pump1-coreio'],
      ]);
      expect(demo.asked).to.deep.equal({ agentType: 'tep-demo', coreioId: null });
    });
  });

  describe('read again', () => {
    const settled = async (specs: SpecSource): Promise<number | undefined> =>
      (await specs.planAgent({ configPath: file('pump1.yaml', '') })).services[1]?.settleMs;

    it('uses the current file; the existing source does not change', async () => {
      const first = await source('kinds: { corerl: { settle: 1s } }');
      file('coredinator.yaml', 'kinds: { corerl: { settle: 2s } }');
      const second = await first.reread();
      expect([await settled(first), await settled(second)]).to.deep.equal([1_000, 2_000]);
    });

    it('rejects an unusable file, and can be called again', async () => {
      const first = await source('kinds: { corerl: { settle: 1s } }');
      const path = file('coredinator.yaml', 'kindz: {}');
      expect((await refusal(first.reread())).message).to.contain(`${path}:1:1: kindz`);
      rmSync(path);
      expect(await refusal(first.reread())).to.be.instanceOf(ConfigUnreadableError);
      expect(await settled(first)).to.equal(1_000);
      file('coredinator.yaml', 'kinds: { corerl: { settle: 3s } }');
      expect(await settled(await first.reread())).to.equal(3_000);
    });

    it('refuses another engine, and one with other settings: a running host keeps its own', async () => {
      const engine = (image: string): string => `kinds: {}\nengine: { kubernetes: { image: ${image} } }`;
      const local = await source('kinds: {}');
      const path = file('coredinator.yaml', engine('agents:1'));
      expect((await refusal(local.reread())).message).to.contain(`${path}:2:9: engine has changed`);
      const cluster = await source(engine('agents:1'));
      await cluster.reread();
      file('coredinator.yaml', engine('agents:2'));
      expect((await refusal(cluster.reread())).message).to.contain('engine has changed');
      file('coredinator.yaml', 'kinds: {}');
      expect((await refusal(cluster.reread())).message).to.contain('restart the host, or take the change back');
    });

    it('finds a new coredinator.yaml in the base path, and notices that one was removed', async () => {
      const options = { basePath: folder, configFile: null, workingDirectory: folder, env };
      const loaded = await loadConfig(options);
      expect(loaded.file).to.equal(null);
      const path = file('coredinator.yaml', 'kinds: { corerl: { settle: 2s } }');
      const appeared = await loaded.specSource.reread();
      expect(await settled(appeared)).to.equal(2_000);
      expect((await loadConfig(options)).file).to.equal(path);
      rmSync(path);
      expect(await settled(await appeared.reread())).to.equal(200);
    });
  });

  describe('with a coreio_id', () => {
    it('shares that coreio and points the dependency at it', async () => {
      const { services } = await plan('', { coreioId: 'plant-io' });
      expect(ids(services)).to.deep.equal(['plant-io', 'pump1-corerl']);
      expect(services[0]).to.include({ agentId: null, kind: 'coreio', configPath: join(folder, 'pump1.yaml') });
      expect(services[1]?.agentId).to.equal('pump1');
      expect(services[1]?.dependsOn).to.deep.equal([{ serviceId: 'plant-io', condition: 'launched' }]);
    });

    it('prefers the one of the request to that of the section', async () => {
      const section = 'coredinator: { coreio_id: io-of-file }';
      expect(ids((await plan(section)).services)).to.include('io-of-file');
      expect(ids((await plan(section, { coreioId: 'io-of-request' })).services)).to.include('io-of-request');
    });

    it('lets the shared coreio not wait for services of the agent', async () => {
      const hostConfig = `
kinds: { corerl: { executable: corerl }, coreio: { depends_on: { coretelemetry: started } } }
agent_types: { t: { services: [coreio, coretelemetry] } }
`;
      const shared = await plan('', { agentType: 't', coreioId: 'plant-io' }, hostConfig);
      expect(shared.services.map(({ dependsOn }) => dependsOn)).to.deep.equal([[], []]);
      const own = await plan('', { agentType: 't' }, hostConfig);
      expect(own.services[1]?.dependsOn).to.deep.equal([{ serviceId: 'pump1-coretelemetry', condition: 'started' }]);
    });

    it('may be the id that the agent’s own coreio would have, and is still shared', async () => {
      const { services } = await plan('', { coreioId: 'pump1-coreio' });
      expect(services[0]).to.include({ id: 'pump1-coreio', agentId: null });
    });

    it('must not be the id of another service of the agent', async () => {
      const error = await refusal(plan('', { coreioId: 'pump1-corerl' }));
      expect(error).to.be.instanceOf(ConfigInvalidError);
      expect(error.message).to.contain('"pump1-corerl"');
    });

    it('is rejected if the kind is not shareable, the agent has no coreio, or it needs the agent’s id', async () => {
      const request = { coreioId: 'plant-io' };
      const rows = [
        ['', 'kinds: { coreio: { shareable: false } }', 'not shareable'],
        ['', 'agent_types: { default: { services: [corerl] } }', 'has no coreio'],
        ['coredinator: { kinds: { coreio: { args: ["${agent_id}"] } } }', '', 'uses ${agent_id}'],
      ] as const;
      for (const [section, hostConfig, words] of rows) {
        const error = await refusal(plan(section, request, hostConfig));
        expect(error).to.be.instanceOf(ConfigInvalidError);
        expect(error.message).to.contain(words);
      }
    });
  });

  describe('for a separate coreio', () => {
    async function io(text: string, coreioId?: string, name = 'pump1.yaml'): Promise<ServiceSpec> {
      const configPath = file(name, text);
      return (await source()).planIo({ configPath, ...(coreioId === undefined ? {} : { coreioId }) });
    }

    it('names it after the file', async () => {
      expect(await io('')).to.deep.include({
        id: 'pump1-coreio',
        kind: 'coreio',
        agentId: null,
        configPath: join(folder, 'pump1.yaml'),
        args: ['--config-name', join(folder, 'pump1.yaml')],
      });
    });

    it('prefers the id of the request to that of the section, and that to the file name', async () => {
      expect(await io('coredinator: { coreio_id: io-of-file }', 'io-1')).to.include({ id: 'io-1' });
      expect(await io('coredinator: { coreio_id: io-of-file }')).to.include({ id: 'io-of-file' });
    });

    it('uses the section', async () => {
      expect(await io('coredinator: { kinds: { coreio: { settle: 3s } } }')).to.include({ settleMs: 3_000 });
    });

    it('requires coreio_id if the file name cannot be an id', async () => {
      const error = await refusal(io('', undefined, 'my pump.yaml'));
      expect(error).to.be.instanceOf(InvalidIdError);
      expect(error.message).to.contain('coreio_id');
    });
  });

  describe('for the host', () => {
    it('has no services without a configuration', async () => {
      expect(await (await source()).hostServices()).to.deep.equal([]);
    });

    it('plans all of them, in start order, with those that start with it', async () => {
      const plans = await (
        await source(`
services:
  gate: { kind: coregateway, depends_on: { coretelemetry: healthy }, args: ["--for", "\${service_id}"] }
  later: { kind: coretelemetry, autostart: false, depends_on: { coregateway: completed } }
  t1: { kind: coretelemetry, env: { PORT: "7100" } }
  t2: { kind: coretelemetry }
`)
      ).hostServices();
      const services = plans.map(({ spec }) => spec);
      expect(plans.map(({ spec, isAutostarted }) => [spec.id, isAutostarted])).to.deep.equal([
        ['t1', true],
        ['t2', true],
        ['gate', true],
        ['later', false],
      ]);
      expect(services[0]).to.deep.include({ agentId: null, configPath: null, env: { PORT: '7100' }, cwd: null });
      expect(services[2]).to.deep.include({
        kind: 'coregateway',
        args: ['--for', 'gate'],
        dependsOn: [
          { serviceId: 't1', condition: 'healthy' },
          { serviceId: 't2', condition: 'healthy' },
        ],
      });
      expect(services[3]?.dependsOn).to.deep.equal([{ serviceId: 'gate', condition: 'completed' }]);
    });

    it('keeps the plan that it was loaded with, until it is read again', async () => {
      const path = file('t.env', 'PORT=7100');
      const kinds = `kinds:\n  coretelemetry: { env_file: ${JSON.stringify(path)} }`;
      const loaded = await source(`${kinds}\nservices:\n  t1: { kind: coretelemetry }`);
      const ports = async (of: SpecSource): Promise<readonly unknown[]> =>
        (await of.hostServices()).map(({ spec }) => spec.env['PORT']);
      file('t.env', 'PORT=7200');
      expect(await ports(loaded)).to.deep.equal(['7100']);
      expect(await ports(await loaded.reread())).to.deep.equal(['7200']);
    });

    it('rejects a service that uses a variable that only agents have', async () => {
      const inherited = await refusal(source('services:\n  io: { kind: coreio }'));
      expect(inherited).to.be.instanceOf(ConfigInvalidError);
      expect(inherited.message).to.contain('coredinator.yaml:2:3: services.io.args[1] uses ${config_path}');
      const own = await refusal(source('services:\n  t: { kind: coretelemetry, env: { A: "${agent_id}" } }'));
      expect(own.message).to.contain('coredinator.yaml:2:39: services.t.env.A uses ${agent_id}');
    });

    it('reports an invalid configuration when it is loaded', async () => {
      const error = await refusal(source('kinds:\n  corerl: { restrat: never }'));
      expect(error.message).to.contain(`${join(folder, 'coredinator.yaml')}:2:13: kinds.corerl.restrat`);
      expect(error.message).to.contain('"restart"');
    });

    it('reports a missing configuration file', async () => {
      const act = loadConfig({ basePath: '/plant', configFile: 'no.yaml', workingDirectory: folder, env });
      const error = await refusal(act);
      expect(error).to.be.instanceOf(ConfigUnreadableError);
      expect(error.message).to.contain(join(folder, 'no.yaml'));
    });
  });

  describe('given an unusable file', () => {
    async function refused(configPath: string): Promise<Error> {
      return refusal((await source()).planAgent({ configPath }));
    }

    it('says that it is missing', async () => {
      for (const path of [join(folder, 'gone.yaml'), join(file('f.yaml', ''), 'below.yaml')]) {
        const error = await refused(path);
        expect(error).to.be.instanceOf(ConfigUnreadableError);
        expect(error.message).to.equal(
          `The configuration file "${path}" does not exist; create it or correct the path.`,
        );
      }
    });

    it('says that it is a folder or a pipe, without waiting for a writer', async () => {
      const pipe = join(folder, 'pipe.yaml');
      execFileSync('mkfifo', [pipe]);
      for (const path of [folder, pipe, '/dev/null']) {
        const error = await refused(path);
        expect(error).to.be.instanceOf(ConfigUnreadableError);
        expect(error.message).to.contain(`"${path}" is not a file`);
      }
    });

    it('says that it is not readable', async function () {
      if (process.getuid?.() === 0) this.skip(); // root may read everything
      const path = file('secret.yaml', '');
      chmodSync(path, 0);
      const error = await refused(path);
      expect(error).to.be.instanceOf(ConfigUnreadableError);
      expect(error.message).to.contain(path).and.contain('chmod +r');
    });

    it('says that its name is invalid', async () => {
      for (const path of ['a\0b.yaml', `${'x'.repeat(300)}.yaml`]) {
        expect(await refused(path)).to.be.instanceOf(ConfigUnreadableError);
      }
    });

    it('says that it is larger than 1 MiB', async () => {
      const error = await refused(file('big.yaml', `#${' '.repeat(1024 * 1024)}`));
      expect(error).to.be.instanceOf(ConfigUnreadableError);
      expect(error.message).to.contain('big.yaml').and.contain('1 MiB');
      expect(
        await (await source()).planAgent({ configPath: file('most.yaml', `#${' '.repeat(1024 * 1024 - 1)}`) }),
      ).to.include({ id: 'most' });
    });

    it('quotes no line of it', async () => {
      const secret = 'S3cr3tOfAnotherUser';
      for (const text of [
        `root:${secret}:19000:0:99999:7:::\nbin:*:18000\n\t- ${secret}: [`,
        `*:*:*:postgres:${secret}\n`,
        `"${secret}\\q${secret}"\n`,
        `a: !${secret} [\n`,
        `a: !x!${secret} b\n`,
        `%${secret} x\n---\na\n`,
        `a: | ${secret}\n  b\n`,
        `a: >9${secret}\n`,
        `] ${secret}\n`,
        `a: b: ${secret}\n`,
        `- a\n${secret}\n`,
        `a: "x" ${secret}\n`,
        `"${secret} ${secret}": 1\n"${secret} ${secret}": 2\n`,
        `a: *${secret}/${secret}\n`,
        `\u0001${secret}\n[`,
        `-----BEGIN PRIVATE KEY-----\n${secret}/+==\n-----END PRIVATE KEY-----\n`,
      ]) {
        const path = file('foreign', text);
        const told = await (await source()).planAgent({ configPath: path }).then(
          () => '',
          (error: unknown) =>
            error instanceof ConfigInvalidError ? JSON.stringify([error.message, error.issues]) : error,
        );
        expect(told, text).to.be.a('string').that.does.not.contain(secret);
      }
    });

    it('says where it is not valid YAML', async () => {
      const path = file('bad.yaml', 'a: 1\nb: [');
      const error = await refused(path);
      expect(error).to.be.instanceOf(ConfigInvalidError);
      expect(error.message.startsWith(`${path}:2:5: `), error.message).to.be.true;
    });
  });
});
