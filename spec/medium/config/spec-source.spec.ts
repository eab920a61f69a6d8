import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadSpecSource } from '../../../lib/config/spec-source.ts';
import { ConfigInvalidError, ConfigUnreadableError, InvalidIdError } from '../../../lib/model/errors.ts';
import type { AgentPlan, ServiceSpec } from '../../../lib/model/spec.ts';
import type { AgentRequest, SpecSource } from '../../../lib/ports/spec-source.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the source of specs', () => {
  let folder: string;

  beforeEach(() => {
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
    return loadSpecSource({ basePath: '/plant', configFile, workingDirectory: folder });
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
    it('plans the default services from a file that is all its own', async () => {
      const path = join(folder, 'pump1.yaml');
      expect(await plan('gamma: 0.9\n')).to.deep.equal({
        id: 'pump1',
        type: 'default',
        configPath: path,
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
            logs: { maxBytes: 10_485_760, keep: 5 },
            stop: { signal: 'SIGTERM', graceMs: 5_000 },
            dependsOn: [],
          },
          {
            ...(await plan('')).services[0],
            id: 'pump1-corerl',
            kind: 'corerl',
            executable: 'corerl',
            dependsOn: [{ serviceId: 'pump1-coreio', condition: 'started' }],
          },
        ],
      });
    });

    it('takes any YAML document', async () => {
      for (const text of [
        '',
        '# only a comment',
        '[1, 2]',
        'text',
        'a: !tag {b: 1}',
        '\uFEFFa: 1',
        '%YAML 1.1\n---\na: 1',
      ]) {
        expect(ids((await plan(text)).services), text).to.deep.equal(['pump1-coreio', 'pump1-corerl']);
      }
    });

    it('takes a relative path from the working directory and keeps it absolute', async () => {
      const path = file('configs/a/pump.v2.yaml', '');
      const made = await (await source()).planAgent({ configPath: 'configs/../configs/a/pump.v2.yaml' });
      expect(made).to.include({ id: 'pump.v2', configPath: path });
    });

    it('takes the id of the request before the file name', async () => {
      const made = await plan('', { agentId: 'other' });
      expect(made.id).to.equal('other');
      expect(ids(made.services)).to.deep.equal(['other-coreio', 'other-corerl']);
    });

    it('asks for agent_id when the file name cannot be an id', async () => {
      for (const name of ['my pump.yaml', '.yaml', '_x.yaml', `${'p'.repeat(129)}.yaml`]) {
        const error = await refusal((await source()).planAgent({ configPath: file(name, '') }));
        expect(error, name).to.be.instanceOf(InvalidIdError);
        expect(error.message).to.contain('agent_id');
      }
      expect(await (await source()).planAgent({ configPath: 'my pump.yaml', agentId: 'p1' })).to.include({ id: 'p1' });
    });

    it('refuses ids that are wrong or too long for a service', async () => {
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

    it('lays its section over the configuration of the host', async () => {
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

    it('takes the agent type of the request before that of the section before the default', async () => {
      const types = 'agent_types: { solo: { services: [coreio] }, duo: { services: [corerl, coretelemetry] } }';
      const section = 'coredinator: { agent_type: solo }';
      expect(await plan(section, {}, types)).to.include({ type: 'solo' });
      expect(await plan(section, { agentType: 'duo' }, types)).to.include({ type: 'duo' });
      expect(await plan('', {}, types)).to.include({ type: 'default' });
    });

    it('refuses an agent type that does not exist, and names those that do', async () => {
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

  describe('with a coreio_id', () => {
    it('shares that coreio and points the dependency at it', async () => {
      const { services } = await plan('', { coreioId: 'plant-io' });
      expect(ids(services)).to.deep.equal(['plant-io', 'pump1-corerl']);
      expect(services[0]).to.include({ agentId: null, kind: 'coreio', configPath: join(folder, 'pump1.yaml') });
      expect(services[1]?.agentId).to.equal('pump1');
      expect(services[1]?.dependsOn).to.deep.equal([{ serviceId: 'plant-io', condition: 'started' }]);
    });

    it('takes the one of the request before that of the section', async () => {
      const section = 'coredinator: { coreio_id: io-of-file }';
      expect(ids((await plan(section)).services)).to.include('io-of-file');
      expect(ids((await plan(section, { coreioId: 'io-of-request' })).services)).to.include('io-of-request');
    });

    it('lets the shared coreio wait for nothing that only the agent has', async () => {
      const hostConfig = `
kinds: { corerl: { executable: corerl }, coreio: { depends_on: { coretelemetry: started } } }
agent_types: { t: { services: [coreio, coretelemetry] } }
`;
      const shared = await plan('', { agentType: 't', coreioId: 'plant-io' }, hostConfig);
      expect(shared.services.map(({ dependsOn }) => dependsOn)).to.deep.equal([[], []]);
      const own = await plan('', { agentType: 't' }, hostConfig);
      expect(own.services[1]?.dependsOn).to.deep.equal([{ serviceId: 'pump1-coretelemetry', condition: 'started' }]);
    });

    it('may be the id that the agent’s own coreio would have, and is shared all the same', async () => {
      const { services } = await plan('', { coreioId: 'pump1-coreio' });
      expect(services[0]).to.include({ id: 'pump1-coreio', agentId: null });
    });

    it('must not be the id of another service of the agent', async () => {
      const error = await refusal(plan('', { coreioId: 'pump1-corerl' }));
      expect(error).to.be.instanceOf(ConfigInvalidError);
      expect(error.message).to.contain('"pump1-corerl"');
    });

    it('is refused when the kind is not shareable, the agent has no coreio, or it needs the agent’s id', async () => {
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

  describe('for a coreio of its own', () => {
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

    it('takes the id of the request before that of the section before the file name', async () => {
      expect(await io('coredinator: { coreio_id: io-of-file }', 'io-1')).to.include({ id: 'io-1' });
      expect(await io('coredinator: { coreio_id: io-of-file }')).to.include({ id: 'io-of-file' });
    });

    it('heeds the section', async () => {
      expect(await io('coredinator: { kinds: { coreio: { settle: 3s } } }')).to.include({ settleMs: 3_000 });
    });

    it('asks for coreio_id when the file name cannot be an id', async () => {
      const error = await refusal(io('', undefined, 'my pump.yaml'));
      expect(error).to.be.instanceOf(InvalidIdError);
      expect(error.message).to.contain('coreio_id');
    });
  });

  describe('for the host', () => {
    it('has no services without a configuration', async () => {
      expect((await source()).hostServices()).to.deep.equal([]);
    });

    it('plans those that start with it, in start order', async () => {
      const services = (
        await source(`
services:
  gate: { kind: coregateway, depends_on: { coretelemetry: started }, args: ["--for", "\${service_id}"] }
  later: { kind: coretelemetry, autostart: false }
  t1: { kind: coretelemetry, env: { PORT: "7100" } }
  t2: { kind: coretelemetry }
`)
      ).hostServices();
      expect(ids(services)).to.deep.equal(['t1', 't2', 'gate']);
      expect(services[0]).to.deep.include({ agentId: null, configPath: null, env: { PORT: '7100' }, cwd: null });
      expect(services[2]).to.deep.include({
        kind: 'coregateway',
        args: ['--for', 'gate'],
        dependsOn: [
          { serviceId: 't1', condition: 'started' },
          { serviceId: 't2', condition: 'started' },
        ],
      });
    });

    it('refuses a service that uses what only an agent has', async () => {
      const inherited = await refusal(source('services:\n  io: { kind: coreio }'));
      expect(inherited).to.be.instanceOf(ConfigInvalidError);
      expect(inherited.message).to.contain('coredinator.yaml:2:3: services.io.args[1] uses ${config_path}');
      const own = await refusal(source('services:\n  t: { kind: coretelemetry, env: { A: "${agent_id}" } }'));
      expect(own.message).to.contain('coredinator.yaml:2:39: services.t.env.A uses ${agent_id}');
    });

    it('reports a wrong configuration when it is loaded', async () => {
      const error = await refusal(source('kinds:\n  corerl: { restrat: never }'));
      expect(error.message).to.contain(`${join(folder, 'coredinator.yaml')}:2:13: kinds.corerl.restrat`);
      expect(error.message).to.contain('"restart"');
    });

    it('reports a configuration file that is not there', async () => {
      const act = loadSpecSource({ basePath: '/plant', configFile: 'no.yaml', workingDirectory: folder });
      const error = await refusal(act);
      expect(error).to.be.instanceOf(ConfigUnreadableError);
      expect(error.message).to.contain(join(folder, 'no.yaml'));
    });
  });

  describe('given a file that cannot be used', () => {
    async function refused(configPath: string): Promise<Error> {
      return refusal((await source()).planAgent({ configPath }));
    }

    it('says that it is missing', async () => {
      for (const path of [join(folder, 'gone.yaml'), join(file('f.yaml', ''), 'below.yaml')]) {
        const error = await refused(path);
        expect(error).to.be.instanceOf(ConfigUnreadableError);
        expect(error.message).to.equal(`There is no configuration file "${path}"; create it or correct the path.`);
      }
    });

    it('says that it is a folder or a pipe, without waiting for its writer', async () => {
      const pipe = join(folder, 'pipe.yaml');
      execFileSync('mkfifo', [pipe]);
      for (const path of [folder, pipe, '/dev/null']) {
        const error = await refused(path);
        expect(error).to.be.instanceOf(ConfigUnreadableError);
        expect(error.message).to.contain(`"${path}" is not a file`);
      }
    });

    it('says that it must not be read', async function () {
      if (process.getuid?.() === 0) this.skip(); // root may read everything
      const path = file('secret.yaml', '');
      chmodSync(path, 0);
      const error = await refused(path);
      expect(error).to.be.instanceOf(ConfigUnreadableError);
      expect(error.message).to.contain(path).and.contain('chmod +r');
    });

    it('says that its name is impossible', async () => {
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

    it('says where it is no YAML', async () => {
      const path = file('bad.yaml', 'a: 1\nb: [');
      const error = await refused(path);
      expect(error).to.be.instanceOf(ConfigInvalidError);
      expect(error.message.startsWith(`${path}:2:5: `), error.message).to.be.true;
    });
  });
});
