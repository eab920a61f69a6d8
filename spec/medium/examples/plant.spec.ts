import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.ts';
import { temporaryFolder } from '../../support/temporary.ts';

const example = join(import.meta.dirname, '../../../examples/plant');
/** The programs, in a copy of the folder that is far from the packages of this repository. */
let bin = '';

/** One program of the example plant, started directly. */
interface Program {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  output(): string;
  errors(): string;
  /** Resolves with the URL of its log line "listens on". */
  url(): Promise<string>;
  ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

const programs: Program[] = [];

function collected(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  return () => text;
}

function run(name: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
  const child = spawn(join(bin, name), args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const output = collected(child.stdout);
  const errors = collected(child.stderr);
  const ended = once(child, 'close').then(([code, signal]) => ({
    code: code as number | null, // the documented arguments of 'close'
    signal: signal as NodeJS.Signals | null,
  }));
  const url = (): Promise<string> =>
    eventually(() => {
      const match = /listens on (\S+)/.exec(output());
      if (match?.[1] === undefined) throw new Error(`${name} does not listen: ${output()}${errors()}`);
      return match[1];
    });
  const program: Program = { child, output, errors, url, ended };
  programs.push(program);
  return program;
}

function configured(name: string, yaml: string): Program {
  const path = join(temporaryFolder(), 'pump.yaml');
  writeFileSync(path, yaml);
  return run(name, ['--config-name', path]);
}

async function getJson(url: string): Promise<Record<string, unknown>> {
  const response = await fetch(url);
  expect(response.status, url).to.equal(200);
  return (await response.json()) as Record<string, unknown>; // each test says what it expects inside
}

async function post(url: string, body: string): Promise<number> {
  const response = await fetch(url, { method: 'POST', body });
  await response.arrayBuffer();
  return response.status;
}

/** A corerl of the given version that decides for the given coreio. */
function corerlFor(coreioUrl: string, version = '2.0.1'): Program {
  return configured(`corerl-${version}`, `corerl:\n  port: 0\n  coreio_url: '${coreioUrl}'\n`);
}

function freshCoreio(port = 0): Program {
  return configured('coreio-1.4.2', `# a comment\ncoreio: # of the tank\n\n  port: ${port} # 0: any\nother: 1\n`);
}

/** Waits for a healthcheck whose facts satisfy `check`. */
async function healthThat(url: string, check: (health: Record<string, unknown>) => void): Promise<void> {
  await eventually(async () => {
    check(await getJson(`${url}/api/healthcheck`));
  });
}

describe('the example plant', function () {
  this.timeout(15_000); // the programs act once a second, and each is a Node process to start

  beforeEach(() => {
    const copy = join(temporaryFolder(), 'plant');
    bin = join(copy, 'bin');
    cpSync(example, copy, { recursive: true, filter: (path) => !path.endsWith('.coredinator') });
  });

  afterEach(async () => {
    for (const { child, ended } of programs.splice(0)) {
      child.kill('SIGKILL');
      await ended;
    }
  });

  describe('coreio', () => {
    it('answers its healthcheck with its name, version and pid', async () => {
      const coreio = freshCoreio();
      expect(await getJson(`${await coreio.url()}/api/healthcheck`)).to.include({
        status: 'healthy',
        service: 'coreio',
        version: '1.4.2',
        process_id: coreio.child.pid,
      });
    });

    it('takes a valve setpoint and shows it in its tags', async () => {
      const url = await freshCoreio().url();
      expect(await post(`${url}/api/setpoints`, '{"valve":0.75}')).to.equal(200);
      expect(await getJson(`${url}/api/tags`)).to.include({ valve: 0.75 });
    });

    it('refuses a setpoint that is not JSON, out of range, missing or too large, and keeps its valve', async () => {
      const url = await freshCoreio().url();
      expect(await post(`${url}/api/setpoints`, '{')).to.equal(400);
      expect(await post(`${url}/api/setpoints`, '{"valve":1.5}')).to.equal(422);
      expect(await post(`${url}/api/setpoints`, 'null')).to.equal(422);
      expect(await post(`${url}/api/setpoints`, ' '.repeat(70_000))).to.equal(413);
      expect(await getJson(`${url}/api/tags`)).to.include({ valve: 0.4 });
    });

    it('answers 404 for an unknown path and 405 with Allow for a wrong method', async () => {
      const url = await freshCoreio().url();
      const unknown = await fetch(`${url}/api/nothing`);
      expect(unknown.status).to.equal(404);
      const wrong = await fetch(`${url}/api/setpoints`);
      expect([wrong.status, wrong.headers.get('allow')]).to.deep.equal([405, 'POST']);
    });

    it('logs its level each second', async () => {
      const coreio = freshCoreio();
      await eventually(() => {
        expect(coreio.output()).to.match(/^\d{4}-\d\d-\d\dT[\d:.]+Z level=\d\.\d+ m inflow=\S+ m3\/s valve=0\.40$/m);
      });
    });
  });

  describe('corerl', () => {
    for (const [version, why] of [
      ['1.9.0', /^proportional$/],
      ['2.0.1', /^(learned|trial)$/],
    ] as const) {
      it(`${version} reads the level from coreio and writes its decision back`, async () => {
        const coreioUrl = await freshCoreio().url();
        await post(`${coreioUrl}/api/setpoints`, '{"valve":0.9}');
        const corerl = corerlFor(coreioUrl, version);
        await healthThat(await corerl.url(), (health) => {
          expect(health).to.include({ service: 'corerl', version, trouble: null });
          expect(health['level']).to.be.within(0, 4);
          const decision = health['decision'] as { valve: number; why: string }; // a null fails on the next line
          expect(decision.why).to.match(why);
          expect(decision.valve).to.be.within(0, 1);
        });
        await eventually(async () => {
          const { valve } = await getJson(`${coreioUrl}/api/tags`);
          expect(valve).to.not.equal(0.9);
          expect(corerl.output()).to.contain(`-> valve=${Number(valve).toFixed(2)}`);
        });
      });
    }

    it('says that coreio is away, lives on, and decides again when it is back', async () => {
      const first = freshCoreio();
      const coreioUrl = await first.url();
      const corerlUrl = await corerlFor(coreioUrl).url();
      await healthThat(corerlUrl, (health) => expect(health['decisions']).to.be.greaterThan(0));
      first.child.kill('SIGKILL');
      await first.ended;
      await healthThat(corerlUrl, (health) => {
        expect(health['trouble']).to.match(/does not answer \((ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)\)/);
      });
      await freshCoreio(Number(new URL(coreioUrl).port)).url();
      await healthThat(corerlUrl, (health) => expect(health['trouble']).to.equal(null));
    });
  });

  describe('the host services', () => {
    it('coretelemetry counts who answers and who does not', async () => {
      const coreioUrl = await freshCoreio().url();
      const gone = freshCoreio();
      const goneUrl = await gone.url();
      gone.child.kill('SIGKILL');
      await gone.ended;
      const watch = `here=${coreioUrl}/api/healthcheck,gone=${goneUrl}/api/healthcheck`;
      const telemetry = run('coretelemetry-1.0.3', [], { PORT: '0', WATCH: watch });
      const url = await telemetry.url();
      await healthThat(url, (health) => expect(health).to.include({ watched: 2, up: 1 }));
      const counters = await getJson(`${url}/api/counters`);
      expect(counters).to.have.nested.property('here.last.up', true);
      expect(counters).to.have.nested.property('here.failures', 0);
      expect(counters).to.have.nested.property('gone.answers', 0);
      expect(counters['gone']).to.have.property('failures').that.is.greaterThan(0);
      await eventually(() => {
        expect(telemetry.output()).to.contain('1 of 2 up; down: gone');
      });
    });

    it('coregateway passes the tags of a plant on, and answers 502 when its coreio is away', async () => {
      const coreio = freshCoreio();
      const gateway = run('coregateway-1.1.0', [], { PORT: '0', PLANTS: `pump1=${await coreio.url()}` });
      const url = `${await gateway.url()}/api/tags/pump1`;
      expect(await getJson(url)).to.have.keys('level', 'inflow', 'valve', 'height');
      coreio.child.kill('SIGKILL');
      await coreio.ended;
      expect((await fetch(url)).status).to.equal(502);
    });
  });

  describe('every program', () => {
    const starts: Readonly<Record<string, () => Promise<Program>>> = {
      coreio: () => Promise.resolve(freshCoreio()),
      corerl: async () => corerlFor(await freshCoreio().url()),
      coretelemetry: () => Promise.resolve(run('coretelemetry-1.0.3', [], { PORT: '0' })),
      coregateway: () => Promise.resolve(run('coregateway-1.1.0', [], { PORT: '0' })),
    };
    for (const [name, start] of Object.entries(starts)) {
      it(`${name} ends with exit code 0 on SIGTERM, even while a client keeps its connection`, async () => {
        const program = await start();
        await getJson(`${await program.url()}/api/healthcheck`);
        program.child.kill('SIGTERM');
        expect(await program.ended).to.deep.equal({ code: 0, signal: null });
        expect(program.output()).to.contain(`${name} ends on SIGTERM`);
      });
    }
  });

  describe('a start that cannot succeed', () => {
    async function refusal(program: Program): Promise<string> {
      expect(await program.ended).to.deep.equal({ code: 1, signal: null });
      return program.errors();
    }

    it('says that --config-name is missing or not absolute', async () => {
      expect(await refusal(run('coreio-1.4.2', []))).to.equal(
        'coreio: it requires --config-name <absolute path of a YAML file>.\n',
      );
      expect(await refusal(run('corerl-2.0.1', ['--config-name', 'pump.yaml']))).to.equal(
        'corerl: --config-name "pump.yaml" is not an absolute path.\n',
      );
    });

    it('names the configuration that cannot be read, is written differently, or lacks its section', async () => {
      const missing = join(temporaryFolder(), 'none.yaml');
      expect(await refusal(run('coreio-1.4.2', ['--config-name', missing]))).to.contain(
        `${missing} cannot be read (ENOENT)`,
      );
      expect(await refusal(configured('coreio-1.4.2', 'coreio: { port: 1 }'))).to.contain(
        'pump.yaml:1: write the keys of "coreio:" on lines of their own below it.',
      );
      expect(await refusal(configured('coreio-1.4.2', 'coreio:\n  - 1'))).to.contain(
        'pump.yaml:2: write this line of "coreio:" as "key: value".',
      );
      expect(await refusal(configured('coreio-1.4.2', 'corerl:\n  port: 1'))).to.contain('has no section "coreio:"');
    });

    it('names the key and the value that do not fit', async () => {
      expect(await refusal(configured('coreio-1.4.2', 'coreio:\n  port: high'))).to.contain(
        'coreio.port must be a port from 0 to 65535, not "high".',
      );
      expect(await refusal(corerlFor('ftp://nowhere'))).to.contain('corerl.coreio_url must be an http:// URL');
      expect(await refusal(run('coregateway-1.1.0', [], { PORT: '0', PLANTS: 'pump1' }))).to.contain(
        'PLANTS, entry "pump1", must be an http:// URL, not missing.',
      );
    });

    it('names the port that is taken', async () => {
      const holder = createServer().listen(0, '127.0.0.1');
      try {
        await once(holder, 'listening');
        const { port } = holder.address() as AddressInfo; // a TCP server that listens has one
        expect(await refusal(freshCoreio(port))).to.equal(
          `coreio: port ${port} of 127.0.0.1 is used by another process.\n`,
        );
      } finally {
        holder.close();
      }
    });
  });
});
