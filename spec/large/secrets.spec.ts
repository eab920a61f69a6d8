import { expect } from 'chai';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { ENDPOINTS, type OperationId, type Endpoint } from '../../lib/api/paths.ts';
import { BuiltHost, install, write } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

/** One for each way in which a secret gets into a host. */
const CANARIES = {
  hostEnv: 'canary-host-env-e5b1',
  kindEnv: 'canary-kind-env-a90c',
  agentEnv: 'canary-agent-env-77d2',
  changedEnv: 'canary-changed-env-1f4e',
  envFile: 'canary-env-file-c3a8',
  webhookUser: 'canary-webhook-user-8e12',
  webhook: 'whsec_Y2FuYXJ5LXdlYmhvb2stc2VjcmV0LTQyNDI=',
  fullToken: 'canary-full-token-90be',
  readToken: 'canary-read-token-4d11',
  guessedToken: 'canary-guess-token-b6f0',
} as const;
const TOKENS = [CANARIES.fullToken, CANARIES.readToken, CANARIES.guessedToken];

/** Those whose answers have no end; what they send is in the history. */
const ENDLESS: readonly OperationId[] = ['streamEvents'];

const HOST_CONFIG = (basePath: string): string => `
kinds:
  coreio:
    env: { KIND_SECRET: ${CANARIES.kindEnv} }
    env_file: ${join(basePath, 'secret.env')}
    probes:
      startup: { log_line: { pattern: up } }
      liveness:
        exec: { command: [sh, -c, 'echo "no access with $FILE_SECRET and $KIND_SECRET" >&2; exit 1', "\${env.HOST_SECRET}"] }
        period: 200ms
        failure_threshold: 1
  corerl:
    env: { KIND_SECRET: ${CANARIES.kindEnv}, PORT: "\${port.http}", STATUS_FILE: ${join(basePath, 'status')} }
    args: ["--config-name", "\${config_path}", "--key", "\${env.HOST_SECRET}"]
    depends_on: { coreio: started }
    probes:
      startup: { log_line: { pattern: serves } }
      liveness: { http: { port: "\${port.http}", path: "/alive?key=\${env.HOST_SECRET}" }, period: 200ms, failure_threshold: 1 }
services:
  telemetry: { kind: coretelemetry, env: { KIND_SECRET: ${CANARIES.kindEnv} }, args: ["\${env.HOST_SECRET}"] }
  crashing: { kind: coregateway, env: { KIND_SECRET: ${CANARIES.kindEnv} }, args: ["7"] }
webhooks:
  pager:
    url: "http://${CANARIES.webhookUser}:${CANARIES.webhookUser}@127.0.0.1:9/hook?key=\${env.HOST_SECRET}"
    secret: ${CANARIES.webhook}
    events: [host.*, service.*]
`;

const AGENT = (secret: string, more = ''): string =>
  `coredinator: { kinds: { corerl: { env: { AGENT_SECRET: ${secret}${more} } } } }\npassword: ${secret}\n`;

describe('secrets', function () {
  this.timeout(120_000);
  let basePath: string;
  let host: BuiltHost;
  const told: { readonly what: string; readonly text: string }[] = [];

  beforeEach(async () => {
    told.length = 0;
    basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    install(basePath, 'answers-as-told', 'corerl-1.0.0');
    install(basePath, 'exits-with-code', 'coregateway-1.0.0');
    for (const [name, text] of [
      ['coredinator.yaml', HOST_CONFIG(basePath)],
      ['secret.env', `FILE_SECRET=${CANARIES.envFile}\n`],
      ['status', '503'],
      ['full.token', CANARIES.fullToken],
      ['read.token', CANARIES.readToken],
    ] as const) {
      chmodSync(write(basePath, name, text), 0o600);
    }
    const files = ['full.token', 'read.token'].map((name) => join(basePath, name));
    const tokens = ['--token-file', files[0] ?? '', '--read-token-file', files[1] ?? ''];
    const log = ['--log-level', 'trace', '--log-file', join(basePath, 'host.log')];
    const env = { HOST_SECRET: CANARIES.hostEnv };
    host = await BuiltHost.startWith(env, basePath, '--on-exit', 'drain', ...tokens, ...log);
  });
  afterEach(() => host.end('SIGTERM'));

  async function ask(
    method: string,
    path: string,
    body?: unknown,
    token: string = CANARIES.fullToken,
  ): Promise<number> {
    const more = { authorization: `Bearer ${token}`, accept: 'application/json, text/html, text/plain' };
    const answer = await host.request(method, path, body, more);
    const headers = JSON.stringify([...answer.headers]);
    told.push({ what: `${method} ${path}`, text: `${headers} ${JSON.stringify(answer.body)}` });
    return answer.status;
  }

  /** What each service, agent and probe has come to, so that there is something to tell. */
  async function live(): Promise<void> {
    const config = write(basePath, 'pump1.yaml', AGENT(CANARIES.agentEnv));
    expect(await ask('POST', '/api/agents/start', { config_path: config })).to.equal(200);
    await eventually(async () => {
      await ask('GET', '/api/events/history?limit=1000');
      expect(told.at(-1)?.text).to.contain('no access with ').and.to.contain('/alive?key=');
      await ask('GET', '/api/services/crashing');
      expect(told.at(-1)?.text).to.contain('failed');
      expect(host.log).to.contain('webhook delivery failed; retrying');
    }, 30_000);
    write(basePath, 'pump1.yaml', AGENT(CANARIES.changedEnv));
    await ask('POST', '/api/config/reload?dry_run=true');
    expect(await ask('POST', '/api/config/reload')).to.equal(200);
    for (const text of [
      AGENT(CANARIES.agentEnv, ', X: "${env.NOT_THERE}"'),
      `coredinator: { kinds: { corerl: { env: [${CANARIES.agentEnv}], nev: ${CANARIES.agentEnv} } } }`,
      `coredinator: { kinds: { corerl: { env: { A: ${CANARIES.agentEnv}: b } } } }`,
      `*${CANARIES.agentEnv}/x`,
    ]) {
      expect(await ask('POST', '/api/agents/start', { config_path: write(basePath, 'bad.yaml', text) })).to.equal(422);
    }
    expect(await ask('POST', '/api/agents/start', { config_path: config }, CANARIES.readToken)).to.equal(403);
    for (let guess = 0; guess < 12; guess += 1) await ask('GET', '/api/services', undefined, CANARIES.guessedToken);
    expect(told.at(-1)?.text).to.contain('too_many_attempts');
    await ask('POST', '/api/services/crashing/restart');
  }

  async function walk(): Promise<void> {
    const ids = ['pump1', 'pump1-coreio', 'pump1-corerl', 'telemetry', 'crashing', 'nobody'];
    for (const [id, [method, ...paths]] of Object.entries(ENDPOINTS) as [OperationId, Endpoint][]) {
      if (method !== 'GET' || ENDLESS.includes(id)) continue;
      for (const path of paths) {
        const values = path.includes('{number}') ? ['1', '2', '3', '4', '5'] : ids;
        const filled = path.includes('{') ? values.map((one) => path.replace(/\{\w+\}/, one)) : [path];
        for (const target of filled) await ask('GET', id === 'listEvents' ? `${target}?limit=1000` : target);
      }
    }
  }

  /** Every file below the state directory that is no socket or pipe. */
  function kept(): readonly string[] {
    const stateDir = join(basePath, '.coredinator');
    const paths = readdirSync(stateDir, { recursive: true, encoding: 'utf8' }).map((name) => join(stateDir, name));
    return paths.filter((path) => existsSync(path) && statSync(path).isFile());
  }

  it('are in no answer, no event and no line of the log; tokens are nowhere on the disk', async () => {
    await live();
    await walk();
    await ask('GET', '/api/config/diff?agent_id=pump1');
    expect(told.at(-1)?.text, 'a difference that is hidden').to.contain('env.AGENT_SECRET').and.to.contain('<hidden>');
    await ask('POST', '/api/agents/pump1/stop');
    await host.end('SIGTERM');
    told.push({ what: 'the log', text: host.log });
    told.push({ what: 'the log file', text: readFileSync(join(basePath, 'host.log'), 'utf8') });

    for (const { what, text } of told) {
      for (const [kind, canary] of Object.entries(CANARIES)) {
        const at = text.indexOf(canary);
        expect(at, `${kind} in ${what}: ${text.slice(Math.max(0, at - 200), at + 80)}`).to.equal(-1);
      }
    }
    for (const path of kept()) {
      const text = readFileSync(path, 'latin1');
      for (const token of TOKENS) expect(text.includes(token), `${token} in ${path}`).to.equal(false);
      // The plans of services, env included, are in the database and in the copy of the intentions, for the owner only.
      const holdsPlans = /(coredinator\.db(-wal)?|intentions\.json)$/.test(path);
      if (holdsPlans) expect(statSync(path).mode & 0o077, path).to.equal(0);
      else {
        for (const canary of Object.values(CANARIES))
          expect(text.includes(canary), `${canary} in ${path}`).to.equal(false);
      }
    }
  });
});
