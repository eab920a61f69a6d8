import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BuiltHost, install, write, type Answer } from '../support/built/built-host.ts';
import { eventually } from '../support/eventually.ts';
import { temporaryFolder } from '../support/temporary.ts';

function firstError({ body }: Answer): unknown {
  return (body as { errors: unknown[] }).errors[0]; // a problem document with its places
}

describe('bad input', function () {
  this.timeout(60_000);
  let basePath: string;
  let host: BuiltHost;
  let pids: unknown;

  async function livePids(): Promise<unknown> {
    const services = await host.services();
    return services.filter(({ agents }) => agents.includes('pump1')).map(({ id, pid, state }) => ({ id, pid, state }));
  }

  beforeEach(async () => {
    basePath = temporaryFolder();
    install(basePath, 'waits', 'coreio-1.0.0');
    install(basePath, 'waits', 'corerl-1.0.0');
    host = await BuiltHost.start(basePath);
    await host.request('POST', '/api/agents/start', { config_path: write(basePath, 'pump1.yaml', '') });
    await eventually(async () => {
      expect(await host.agentState('pump1')).to.equal('running');
    });
    pids = await livePids();
  });

  afterEach(async () => {
    expect(await livePids()).to.deep.equal(pids);
    const { body } = await host.request('GET', '/api/agents/');
    for (const id of body as string[]) await host.request('POST', `/api/agents/${id}/stop`);
    await host.end('SIGTERM');
  });

  const start = (body: unknown): Promise<Answer> => host.request('POST', '/api/agents/start', body);

  function expectProblem(answer: Answer, status: number, ...words: string[]): void {
    expect(answer.status).to.equal(status);
    expect(answer.headers.get('content-type')).to.contain('application/problem+json');
    const text = JSON.stringify(answer.body);
    for (const word of words) expect(text).to.contain(word);
  }

  it('refuses a config file that is missing with 400 and its path', async () => {
    const config = join(basePath, 'absent.yaml');
    expectProblem(await start({ config_path: config }), 400, config);
  });

  it('refuses a folder as a config file with 400', async () => {
    mkdirSync(join(basePath, 'folder.yaml'));
    expectProblem(await start({ config_path: join(basePath, 'folder.yaml') }), 400, 'folder.yaml');
  });

  it('refuses broken YAML with 422, line and column', async () => {
    const config = write(basePath, 'broken.yaml', 'setpoint: 1\nlist: [1, 2\n');
    const answer = await start({ config_path: config });
    expectProblem(answer, 422, 'broken.yaml');
    expect(firstError(answer)).to.include.keys('line', 'column', 'message');
  });

  it('refuses an unknown field of the coredinator section with 422, its place and the nearest known one', async () => {
    const config = write(basePath, 'odd.yaml', 'coredinator:\n  kinds:\n    corerl:\n      setle: 1s\n');
    const answer = await start({ config_path: config });
    expectProblem(answer, 422, 'setle', 'settle');
    expect(firstError(answer)).to.include({ line: 4, column: 7 });
  });

  it('refuses an unknown field of a request to a resource route with 422, and names it', async () => {
    const answer = await host.request('POST', '/api/agents/x', { config_path: '/x.yaml', config_pth: 1 });
    expectProblem(answer, 422, 'config_pth');
  });

  it('refuses a file name that is no id with 422 and says to give agent_id', async () => {
    expectProblem(await start({ config_path: write(basePath, 'pump 1.yaml', '') }), 422, 'agent_id');
  });

  it('accepts an agent without its executable, says why it failed, and starts it when the file appears', async () => {
    const kinds = 'coredinator: { kinds: { corerl: { executable: corespecial } } }\n';
    const answer = await start({ config_path: write(basePath, 'pump9.yaml', kinds) });
    expect([answer.status, answer.body]).to.deep.equal([200, 'pump9']);
    await eventually(async () => {
      expect(await host.agentState('pump9')).to.equal('failed');
    });
    expect((await host.service('pump9-corerl')).reason).to.contain('corespecial');
    install(basePath, 'waits', 'corespecial');
    await eventually(async () => {
      expect(await host.agentState('pump9')).to.equal('running');
    });
  });

  it('ends a second host on the same state directory with 3 and the pid of the first', async () => {
    const end = await BuiltHost.runToEnd('--base-path', basePath, '--port', '0');
    expect(end.code).to.equal(3);
    expect(end.stderr).to.contain(String(host.pid)).and.to.contain('--state-dir');
  });

  it('ends with 2 and a remedy when the port is in use', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // a TCP server that listens has one
    const end = await BuiltHost.runToEnd('--base-path', temporaryFolder(), '--port', String(port));
    server.close();
    expect(end.code).to.equal(2);
    expect(end.stderr).to.contain(String(port)).and.to.contain('--port');
  });

  it('ends with 2 when the base path is a file', async () => {
    const file = write(basePath, 'file', '');
    const end = await BuiltHost.runToEnd('--base-path', file);
    expect(end.code).to.equal(2);
    expect(end.stderr).to.contain(file);
  });

  it('ends with 2 when the configuration has an unknown key, naming file, line and the nearest key', async () => {
    const other = temporaryFolder();
    writeFileSync(join(other, 'coredinator.yaml'), 'kindz: {}\n');
    const end = await BuiltHost.runToEnd('--base-path', other, '--port', '0');
    expect(end.code).to.equal(2);
    expect(end.stderr).to.contain('coredinator.yaml').and.to.contain('kindz').and.to.contain('kinds');
  });

  it('ends with 2 rather than listen beyond this machine without a token', async () => {
    const end = await BuiltHost.runToEnd('--base-path', temporaryFolder(), '--host', '0.0.0.0', '--port', '0');
    expect(end.code).to.equal(2);
    expect(end.stderr).to.contain('--token-file');
  });
});
