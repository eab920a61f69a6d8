import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { CHECKS } from '../../../lib/doctor/checks.ts';
import type { CheckResult } from '../../../lib/doctor/examine.ts';
import { KeptText, runCommand } from '../../support/command.ts';
import { install } from '../../support/built/built-host.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Report {
  readonly code: number;
  readonly status: string;
  readonly of: (id: string) => CheckResult;
}

/** Those that are made without an engine in the configuration. */
const LOCAL_CHECKS = CHECKS.filter(({ engines }) => engines?.includes('local') ?? true);

describe('coredinator doctor', function () {
  this.timeout(20_000);
  let base: string;

  beforeEach(() => {
    base = temporaryFolder();
    install(base, 'waits', 'coreio-1.0.0');
    install(base, 'waits', 'corerl-1.0.0');
  });

  async function report(...argv: readonly string[]): Promise<Report> {
    const words = ['doctor', '--base-path', base, '--port', '0', '--json', ...argv];
    const { code, output, errors } = await runCommand(words, { PATH: process.env['PATH'] });
    expect(errors).to.equal('');
    const { status, checks } = JSON.parse(output) as { status: string; checks: CheckResult[] }; // as docs/cli.md has it
    const of = (id: string): CheckResult => checks.find((one) => one.id === id)!;
    expect(checks.map(({ id, engines }) => [id, engines])).to.deep.equal(
      LOCAL_CHECKS.map(({ id, engines }) => [id, engines ?? null]),
    );
    for (const check of checks) expect(check.remedy === null, check.detail).to.equal(/ok|skipped/.test(check.status));
    return { code, status, of };
  }

  it('finds no problems in a simple plant, and leaves no files behind', async () => {
    const before = readdirSync(base);
    const { code, of } = await report();
    expect(code).to.equal(0);
    for (const id of ['base_path', 'configuration', 'executables', 'database', 'state_directory', 'clock', 'port']) {
      expect(of(id)).to.include({ status: 'ok' });
    }
    expect(readdirSync(base)).to.deep.equal(before);
  });

  it('fails without a base path, with exit code 1', async () => {
    const { code, status, of } = await report('--base-path', join(base, 'gone'));
    expect([code, status]).to.deep.equal([1, 'fail']);
    expect(of('base_path').detail).to.contain(`"${join(base, 'gone')}" does not exist`);
  });

  it('says who services run as, and which user does not exist', async function () {
    if (process.geteuid?.() !== 0) this.skip();
    expect((await report()).of('accounts')).to.include({
      status: 'ok',
      detail: 'All services run as the user of the host.',
    });
    writeFileSync(join(base, 'coredinator.yaml'), 'kinds: { corerl: { user: nobody } }\n');
    expect((await report()).of('accounts')).to.include({ status: 'ok' });
    writeFileSync(join(base, 'coredinator.yaml'), 'kinds: { corerl: { user: no-such-user-here } }\n');
    const { status, detail } = (await report()).of('accounts');
    expect([status, detail]).to.deep.equal([
      'fail',
      'Kind "corerl": user "no-such-user-here" does not exist on this machine.',
    ]);
  });

  it('names executables that are missing or not executable', async () => {
    chmodSync(join(base, 'coreio-1.0.0'), 0o644);
    const { code, of } = await report();
    expect([code, of('executables').status]).to.deep.equal([0, 'warn']);
    expect(of('executables').detail).to.contain('coreio-1.0.0" is not executable; run chmod +x');
    const bare = await report('--base-path', temporaryFolder());
    expect(bare.of('executables').status).to.equal('fail');
  });

  it('asks for no executable of kinds that the configuration does not name', async () => {
    const bare = temporaryFolder();
    install(bare, 'waits', 'press-1.0.0');
    const verdict = async (text: string): Promise<readonly string[]> => {
      writeFileSync(join(bare, 'coredinator.yaml'), text);
      const { status, detail } = (await report('--base-path', bare)).of('executables');
      return [status, detail];
    };
    const press = 'kinds: { press: { executable: press } }\n';
    expect(await verdict(`${press}services: { p: { kind: press } }\n`)).to.deep.equal([
      'ok',
      `Kind "press": ${join(bare, 'press-1.0.0')} (1.0.0).`,
    ]);
    expect((await verdict(`${press}agent_types: { plant: { services: [press] } }\n`))[0]).to.equal('ok');
    // An agent type of the configuration, and a kind that it sets, are named.
    expect((await verdict(`${press}agent_types: { plant: { services: [press, corerl] } }\n`))[0]).to.equal('warn');
    const named = 'kinds: { press: { executable: press }, corerl: { backoff: { max: 1m } } }\n';
    expect((await verdict(`${named}services: { p: { kind: press } }\n`))[0]).to.equal('warn');
    expect((await verdict('logs: { total_bytes: 1GiB }\n'))[0], 'agents of the type default are all there is').to.equal(
      'fail',
    );
  });

  it('says which executable would run for each kind, and warns of two that only their names tell apart', async () => {
    const [io, rl] = [join(base, 'coreio-1.0.0'), join(base, 'corerl-1.0.0')];
    expect((await report()).of('executables').detail).to.equal(
      `Kind "coreio": ${io} (1.0.0). Kind "corerl": ${rl} (1.0.0).`,
    );
    install(base, 'waits', 'linux-corerl-v1.0.0');
    const { status, detail } = (await report()).of('executables');
    expect([status, detail]).to.deep.equal([
      'warn',
      `Kind "coreio": ${io} (1.0.0). Kind "corerl": ${rl} (1.0.0) Of files of the same version and at the same depth ` +
        `the first by name runs: "${rl}", not "${join(base, 'linux-corerl-v1.0.0')}".`,
    ]);
  });

  it('names what is wrong with the configuration', async () => {
    writeFileSync(join(base, 'coredinator.yaml'), 'kind: {}\n');
    const { code, of } = await report();
    expect([code, of('configuration').status]).to.deep.equal([1, 'fail']);
    expect(of('configuration').detail).to.contain('coredinator.yaml:1:1: kind is an unknown key');
    expect(of('executables').status).to.equal('skipped');
  });

  it('distinguishes a free port from one that another program uses', async () => {
    const server = createServer((socket) => socket.resume().end('hello\n')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const port = String((server.address() as AddressInfo).port); // it listens on a port
    const taken = await report('--port', port);
    server.close();
    await once(server, 'close');
    expect(taken.of('port').detail).to.equal(`Another program uses 127.0.0.1:${port}.`);
    expect((await report('--port', port)).of('port').status).to.equal('ok');
    const foreign = await report('--host', '192.0.2.1', '--port', port);
    expect(foreign.of('port').detail).to.contain('EADDRNOTAVAIL');
  });

  it('distinguishes a Unix socket in use from an unused one', async () => {
    const path = join(base, 'host.sock');
    const of = async (...more: string[]): Promise<CheckResult> => {
      const { output } = await runCommand([
        'doctor',
        '--base-path',
        base,
        '--json',
        '--listen',
        `unix:${path}`,
        ...more,
      ]);
      const { checks } = JSON.parse(output) as { checks: CheckResult[] }; // as docs/cli.md has it
      return checks.find(({ id }) => id === 'port')!;
    };
    expect(await of()).to.include({ status: 'ok', detail: `"${path}" is free.` });
    const server = createServer((socket) => socket.resume().end()).listen(path);
    await once(server, 'listening');
    expect(await of()).to.include({ status: 'fail', detail: `Another program uses "${path}".` });
    server.close();
    await once(server, 'close');
    writeFileSync(path, '');
    expect((await of()).detail).to.contain('is a file, not a socket');
    expect((await of('--listen', `unix:${join(base, 'gone', 'x')}`)).detail).to.contain('Cannot create a socket');
  });

  it('requires that other users cannot read secrets', async () => {
    const [state, token] = [join(base, 'state'), join(base, 'token')];
    mkdirSync(state);
    writeFileSync(token, 'a-token-of-22-letters!');
    for (const [mode, status] of [
      [0o755, 'warn'],
      [0o700, 'ok'],
    ] as const) {
      chmodSync(state, mode);
      chmodSync(token, mode);
      const { of } = await report('--state-dir', state, '--token-file', token);
      expect([of('state_directory').status, of('secret_files').status]).to.deep.equal([status, status]);
    }
    writeFileSync(token, '\n');
    const { of } = await report('--token-file', join(base, 'gone'), '--read-token-file', token);
    expect(of('secret_files').detail).to.contain('gone" does not exist');
    expect((await report('--read-token-file', token)).of('secret_files').detail).to.contain('is empty');
  });

  it('fails if nothing can be stored', async () => {
    const { of } = await report('--state-dir', '/proc/no/state');
    expect(of('database').status).to.equal('fail');
    const file = join(base, 'file');
    writeFileSync(file, '');
    expect((await report('--state-dir', file)).of('state_directory').detail).to.contain('not a folder');
  });

  it('warns of folders that every user can write to', async () => {
    chmodSync(base, 0o777);
    expect((await report()).of('base_path')).to.include({ status: 'warn' });
  });

  it('prints a line for each check, with remedies, and with colours only on a terminal', async () => {
    const argv = ['doctor', '--base-path', join(base, 'gone'), '--port', '0'];
    const plain = await runCommand(argv, { PATH: process.env['PATH'] });
    for (const { title } of LOCAL_CHECKS) expect(plain.output).to.contain(title);
    expect(plain.output).to.match(/^fail {2}Base path .* does not exist\.\n {8}fix: Create it/m);
    expect(plain.output).to.match(/\n19 checks: [2-9] failed, \d+ with a warning\.\n$/);
    const colourful = await runCommand(argv, { PATH: process.env['PATH'] }, new KeptText(100));
    expect(colourful.output).to.contain('\x1b[31mfail\x1b[39m');
    expect(existsSync(join(base, 'gone'))).to.equal(false);
  });

  it('rejects an invalid port with exit code 2', async () => {
    const { code, errors } = await runCommand(['doctor', '--port', 'http']);
    expect([code, errors]).to.deep.equal([
      2,
      'error: --port: "http" is not a port; use a whole number from 0 to 65535.\n',
    ]);
  });
});
