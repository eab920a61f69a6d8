import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { parse } from 'yaml';
import { runCommand, type CommandEnd } from '../../../support/command.ts';
import { temporaryFolder } from '../../../support/temporary.ts';

const EXAMPLES = join(import.meta.dirname, '../../../../examples/plant');

const ajv = new Ajv2020({ strictTypes: false });
ajv.compile({}); // compiles the schema of schemas too, which takes longer than a schema of ours

describe('coredinator config', () => {
  let base: string;

  // The command imports it when it is run: seconds on a busy machine, where it is compiled first, and not those of the first test. An
  // import statement would load another copy, because specs are loaded as CommonJS.
  before(async function () {
    this.timeout(20_000);
    await import('../../../../lib/cli/config/config-commands.ts');
  });

  beforeEach(() => {
    base = temporaryFolder();
  });

  function file(name: string, text: string): string {
    const path = join(base, name);
    writeFileSync(path, text);
    return path;
  }

  function program(name: string, folder = base): string {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '', { mode: 0o755 });
    return path;
  }

  function config(argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CommandEnd> {
    return runCommand(['config', ...argv], { COREDINATOR_BASE_PATH: base, ...env });
  }

  describe('check', () => {
    it('reports each valid file, and the services of agents', async () => {
      const host = file('coredinator.yaml', 'kinds: { corerl: { args: ["${port.http}", "${env.REGION}"] } }');
      const agent = file('pump1.yaml', '');
      expect(await config(['check', agent], { REGION: 'north' })).to.deep.equal({
        code: 0,
        output: `${host}: ok\n${absent('coreio')}${absent('corerl')}${agent}: ok, agent "pump1" with pump1-coreio, pump1-corerl\n`,
        errors: '',
      });
      expect((await config(['check', '--base-path', temporaryFolder()])).output).to.match(
        /^the built-in configuration: ok\n/,
      );
    });

    const absent = (name: string): string =>
      `  kind "${name}": No executable "${name}" below ${base}; matching names are ${name}-1.2.3, linux-${name}-v1.2.3, linux-${name}-dev4-v1.2.3 and ${name}.\n`;

    it('says which file would run for each kind, and that none fits a version', async () => {
      const [io, twin, path] = [program('a/coreio-1.0.0'), program('b/coreio-1.0.0'), program('bin/opc')];
      const root = temporaryFolder();
      const outside = program('corerl', root);
      symlinkSync(outside, join(base, 'corerl-2.0.0'));
      const telemetry = '{ kind: coretelemetry, executable: bin/opc }';
      file('coredinator.yaml', `kinds: { corerl: { version: ^2 } }\nservices: { telemetry: ${telemetry} }\n`);
      const agent = file('pump1.yaml', 'coredinator: { kinds: { corerl: { version: ^3 } } }\n');
      const { code, output } = await config(['check', '--executable-root', root, agent]);
      expect(code).to.equal(0);
      expect(output.split('\n').slice(1, -1)).to.deep.equal([
        `  kind "coreio": ${io} (1.0.0) Of files of the same version and at the same depth the first by name runs: "${io}", not "${twin}".`,
        `  kind "corerl": ${outside} (2.0.0)`,
        absent('coretelemetry').trimEnd(),
        `  service "telemetry": ${path}`,
        `${agent}: ok, agent "pump1" with pump1-coreio, pump1-corerl`,
        `  pump1-corerl: No executable "corerl" in the version range "^3" below ${base}; found corerl-2.0.0.`,
      ]);
    });

    it('takes the configuration of the host for no agent, so DIR/*.yaml can be checked', async () => {
      const host = file('coredinator.yaml', 'kinds: { corerl: { version: ^2 } }\n');
      const agent = file('pump1.yaml', '');
      const { code, output, errors } = await config(['check', host, agent]);
      expect([code, errors]).to.deep.equal([0, '']);
      expect(output.split('\n').filter((line) => line.includes(': ok'))).to.deep.equal([
        `${host}: ok`,
        `${agent}: ok, agent "pump1" with pump1-coreio, pump1-corerl`,
      ]);
    });

    it('names the file whose name is no id', async () => {
      const agent = file(`${'a'.repeat(129)}.yaml`, '');
      const { code, errors } = await config(['check', agent]);
      expect(code).to.equal(2);
      expect(errors).to.match(new RegExp(`^error: ${agent}: "a+" is not a valid agent id: `));
    });

    it('says who each kind would run as, and which user does not exist', async function () {
      if (process.geteuid?.() !== 0) this.skip();
      const services = 'services: { telemetry: { kind: coretelemetry, user: no-such-user-here } }';
      file('coredinator.yaml', `kinds: { corerl: { user: nobody } }\n${services}\n`);
      const agent = file('pump1.yaml', 'coredinator: { kinds: { coreio: { group: no-such-group-here } } }\n');
      const { code, output } = await config(['check', agent]);
      expect(code).to.equal(0);
      expect(output).to.match(/^ {2}kind "corerl": runs as user "nobody" \(uid 65534, gid 65534\)$/m);
      expect(output).to.contain('\n  service "telemetry": user "no-such-user-here" does not exist on this machine\n');
      expect(output).to.contain('\n  pump1-coreio: group "no-such-group-here" does not exist on this machine\n');
    });

    it('names file, line, column and key of every problem of the host, with exit code 2', async () => {
      const other = file('other.yaml', 'kinds:\n  corerl: { setle: 1s }\nservice: {}\n');
      expect(await config(['check', '--config', other])).to.deep.equal({
        code: 2,
        output: '',
        errors:
          `error: ${other}:2:13: kinds.corerl.setle is an unknown key; the nearest known key is "settle" (and 1 more problem).\n` +
          '  3:1: service is an unknown key; the nearest known key is "services".\n',
      });
    });

    it('continues after an invalid agent', async () => {
      const [a, b, c] = [
        file('a.yaml', 'coredinator:\n  kinds: { corel: {} }\n'),
        file('b.yaml', ''),
        file('c d.yaml', ''),
      ];
      const { code, output, errors } = await config(['check', a, b, join(base, 'gone.yaml'), c]);
      expect(code).to.equal(2);
      expect(output).to.contain(`${b}: ok`);
      expect(errors.split('\n')).to.have.length(4);
      expect(errors).to.contain(`error: ${a}:2:12: coredinator.kinds.corel.executable is missing`);
      expect(errors)
        .to.contain(`configuration file "${join(base, 'gone.yaml')}" does not exist`)
        .and.contain('"c d" is not a valid');
    });

    it('checks host services, their variables and env files', async () => {
      file('coredinator.yaml', 'services:\n  t: { kind: coretelemetry, env_file: gone.env }\n');
      expect((await config(['check'])).errors)
        .to.contain(':2:39: services.t.env_file names "')
        .and.contain('gone.env');
    });
  });

  describe('check --json', () => {
    it('prints one document with what would run, the services of agents, and the problems of each file', async () => {
      const io = program('coreio-1.0.0');
      const host = file('coredinator.yaml', 'kinds: { corerl: { user: no-such-user } }');
      const good = file('pump1.yaml', 'coredinator: { kinds: { coreio: { version: ^2 } } }');
      const bad = file('pump2.yaml', 'coredinator:\n  kind: {}\n  coreio_id: a b\n');
      const gone = join(base, 'gone.yaml');
      const { code, output, errors } = await config(['check', '--json', good, bad, gone]);
      expect([code, errors]).to.deep.equal([2, '']);
      const found = JSON.parse(output) as {
        executables: unknown[];
        accounts: unknown[];
        agents: { problems: unknown[] }[];
      }; // as documented
      expect(found).to.deep.include({ status: 'fail', configuration: { file: host, problems: [] } });
      expect(found.executables[0]).to.deep.equal({
        ...{ subject: 'kind "coreio"', path: io, version: '1.0.0', reason: null, twins: [] },
      });
      expect(found.executables[1]).to.include({ subject: 'kind "corerl"', path: null, version: null });
      expect(found.accounts).to.have.length(1);
      expect(found.accounts[0]).to.include({ subject: 'kind "corerl"', user: 'no-such-user', group: null, uid: null });
      const [one, two, three] = found.agents;
      expect(one).to.deep.include({
        ...{ file: good, agent_id: 'pump1', services: ['pump1-coreio', 'pump1-corerl'], problems: [] },
      });
      expect(one).to.have.nested.property('executables[0].reason').that.contains('in the version range "^2"');
      expect(two).to.deep.include({ file: bad, agent_id: null, services: [], executables: [], accounts: [] });
      expect(two?.problems).to.have.length(2);
      expect(two?.problems[0]).to.include({ path: 'coredinator.kind', line: 2, column: 3 });
      expect(three?.problems).to.have.length(1);
      expect(three).to.have.nested.property('problems[0].message').that.contains('gone.yaml" does not exist');
    });

    it('says ok with code 0, and with the built-in configuration that there is no file', async () => {
      const { code, output } = await config(['check', '--json']);
      expect(code).to.equal(0);
      expect(JSON.parse(output)).to.deep.include({
        status: 'ok',
        configuration: { file: null, problems: [] },
        agents: [],
      });
    });

    it('checks nothing else if the configuration of the host cannot be used', async () => {
      const host = file('coredinator.yaml', 'kinds: [');
      const { code, output, errors } = await config(['check', '--json', file('pump1.yaml', '')]);
      expect([code, errors]).to.deep.equal([2, '']);
      const found: unknown = JSON.parse(output);
      expect(found).to.deep.include({ status: 'fail', executables: [], agents: [] });
      expect(found).to.have.nested.property('configuration.file', host);
      expect(found).to.deep.nested.include({ 'configuration.problems[0].line': 1 });
    });
  });

  describe('show --json', () => {
    it('prints the same as JSON', async () => {
      file('coredinator.yaml', 'kinds: { corerl: { env: { A: "$$c" } } }\nservices: { t: { kind: coretelemetry } }');
      const { code, output, errors } = await config(['show', '--json']);
      expect([code, errors]).to.deep.equal([0, '']);
      expect(JSON.parse(output)).to.deep.equal(parse((await config(['show'])).output));
    });

    it('prints the problems of an invalid one as JSON to stderr', async () => {
      const path = file('coredinator.yaml', 'kind: {}\nservice: {}\n');
      const { code, output, errors } = await config(['show', '--json']);
      expect([code, output]).to.deep.equal([2, '']);
      const problem: unknown = JSON.parse(errors);
      expect(problem).to.have.property('detail').that.contains(`${path}:1:1: kind is an unknown key`);
      expect(problem).to.have.property('errors').with.length(2);
    });
  });

  describe('show', () => {
    it('prints the effective configuration', async () => {
      file('coredinator.yaml', 'kinds: { corerl: { env: { A: "${env.SECRET}" }, stop: { grace: 1m } } }');
      const { code, output } = await config(['show'], { SECRET: 'hunter2' });
      expect(code).to.equal(0);
      expect(parse(output)).to.have.deep.nested.property('kinds.corerl.stop', { signal: 'SIGTERM', grace: '1m' });
      expect(output).to.contain('A: ${env.SECRET}').and.not.contain('hunter2');
    });

    it('prints only the problem of an invalid one', async () => {
      const path = file('coredinator.yaml', 'kinds: [');
      const { code, output, errors } = await config(['show']);
      expect([code, output]).to.deep.equal([2, '']);
      expect(errors).to.contain(`error: ${path}:1:9: is not valid YAML`);
    });
  });

  describe('schema', () => {
    for (const [argv, names] of [
      [['schema'], ['coredinator.yaml']],
      [
        ['schema', '--for', 'agent'],
        ['pump1.yaml', 'pump2.yaml'],
      ],
    ] as const) {
      it(`prints a JSON Schema that accepts ${names.join(' and ')} of the example plant`, async () => {
        const { code, output } = await config(argv);
        expect(code).to.equal(0);
        const validate = ajv.compile(JSON.parse(output) as object); // an object, or it throws
        for (const name of names) {
          const accepted = validate(parse(readFileSync(join(EXAMPLES, name), 'utf8'), { merge: true }));
          expect(accepted, JSON.stringify(validate.errors)).to.equal(true);
        }
      });
    }
  });

  describe('with an invalid command line', () => {
    const rows: readonly (readonly [argv: readonly string[], words: string])[] = [
      [[], 'Usage: coredinator config'],
      [['chek'], "unknown command 'chek'"],
      [['check', '--prot', '1'], "unknown option '--prot'"],
      [['show', 'stray'], 'too many arguments'],
      [['schema', '--for', 'plant'], 'Allowed choices are host, agent'],
      [['show', '--config', '/no/such.yaml'], '--config: "/no/such.yaml" does not exist'],
      [['show', '--base-path', '/no/such'], '--base-path: "/no/such" does not exist'],
    ];
    for (const [argv, words] of rows) {
      it(`ends with exit code 2 and says why: ${argv.join(' ')}`, async () => {
        const { code, output, errors } = await config(argv);
        expect([code, output]).to.deep.equal([2, '']);
        expect(errors).to.contain(words);
      });
    }

    it('names the invalid environment variable', async () => {
      mkdirSync(join(base, 'folder'));
      expect((await config(['show'], { COREDINATOR_CONFIG: join(base, 'folder') })).errors).to.contain(
        'COREDINATOR_CONFIG: "',
      );
    });
  });

  it('prints help, with exit code 0', async () => {
    for (const argv of [['--help'], ['check', '--help'], ['show', '--help'], ['schema', '--help']]) {
      const { code, output } = await config(argv);
      expect(code).to.equal(0);
      expect(output).to.contain(`Usage: coredinator config`);
    }
    expect((await config(['show', '--help'])).output).to.contain('including secrets');
  });
});
