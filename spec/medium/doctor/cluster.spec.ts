import { expect } from 'chai';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { json as jsonOf } from 'node:stream/consumers';
import { join } from 'node:path';
import type { CheckResult } from '../../../lib/doctor/examine.ts';
import { runCommand } from '../../support/command.ts';
import { temporaryFolder } from '../../support/temporary.ts';

interface Review {
  readonly spec: { readonly resourceAttributes: { readonly resource: string; readonly subresource?: string } };
}

describe('coredinator doctor, for a cluster', function () {
  this.timeout(30_000); // the first test loads the official client
  let base: string;
  let server: Server;
  let forbidden: ReadonlySet<string>;
  let objection: string | null;
  let claims: readonly string[];
  let behindMs: number;
  let changes: string[];

  beforeEach(async () => {
    base = temporaryFolder();
    forbidden = new Set();
    objection = null;
    claims = ['programs'];
    behindMs = 0;
    changes = [];
    server = createServer((request, response) => {
      void (async () => {
        const url = new URL(request.url ?? '', 'http://x');
        const body = request.method === 'POST' ? await jsonOf(request) : null;
        const answer = (status: number, value: object): void => {
          response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
        };
        const refuse = (code: number, message: string): void => {
          answer(code, { kind: 'Status', code, message });
        };
        if (request.method === 'POST' && !url.pathname.includes('reviews') && url.searchParams.get('dryRun') !== 'All')
          changes.push(url.pathname);
        if (url.pathname === '/version') answer(200, { gitVersion: 'v1.20.2' });
        else if (url.pathname.endsWith('/selfsubjectaccessreviews')) {
          const { resource, subresource } = (body as Review).spec.resourceAttributes;
          const name = subresource === undefined ? resource : `${resource}/${subresource}`;
          answer(201, { status: { allowed: !forbidden.has(name) } });
        } else if (url.pathname.endsWith('/pods')) {
          if (objection === null) answer(201, { metadata: { name: 'a' } });
          else refuse(403, objection);
        } else if (url.pathname.endsWith('/configmaps')) {
          const at = new Date(Date.now() - behindMs).toISOString().replace(/\.\d+/, '');
          answer(201, { metadata: { name: 'a', creationTimestamp: at } });
        } else if (claims.includes(url.pathname.split('/').at(-1) ?? ''))
          answer(200, { metadata: { name: 'programs' } });
        else refuse(404, 'not found');
      })();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // it listens on TCP
    const kubeconfig = join(base, 'kubeconfig');
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'main' },
        clusters: [{ name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } }],
        users: [{ name: 'u', user: { token: 'secret' } }],
        contexts: [{ name: 'main', context: { cluster: 'c', user: 'u', namespace: 'plant' } }],
      }),
    );
    const engine = `{ kubernetes: { image: debian, kubeconfig: ${kubeconfig}, volumes: [{ path: ${base}, claim: programs }] } }`;
    writeFileSync(join(base, 'coredinator.yaml'), `engine: ${engine}\n`);
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function report(...argv: readonly string[]): Promise<(id: string) => CheckResult> {
    const words = ['doctor', '--base-path', base, '--port', '0', '--json', ...argv];
    const { output } = await runCommand(words, { PATH: process.env['PATH'] });
    const { checks } = JSON.parse(output) as { readonly checks: CheckResult[] }; // as docs/cli.md has it
    return (id) => checks.find((one) => one.id === id)!;
  }

  it('finds no problem in one that answers, and changes nothing there', async () => {
    const of = await report();
    expect(of('cluster').detail).to.match(/^Kubernetes v1\.20\.2 at http:.* answers .* namespace "plant"\.$/);
    for (const id of ['cluster', 'cluster_rights', 'cluster_pods', 'cluster_clock'])
      expect(of(id), id).to.include({ status: 'ok', remedy: null });
    expect(of('cluster_pods').detail).to.include('Whether nodes can pull it is known once one runs.');
    expect(of('executables')).to.equal(undefined);
    expect(changes).to.deep.equal([]);
  });

  it('says what its user may not do, and what does not work without it', async () => {
    forbidden = new Set(['pods/exec']);
    const some = (await report())('cluster_rights');
    expect(some.status).to.equal('warn');
    expect(some.detail).to.include(
      'May not create pods/exec: no signal can be sent, exec probes fail, and the end of a stopped service may be unknown.',
    );
    forbidden = new Set(['secrets', 'nodes']);
    const rights = (await report())('cluster_rights');
    expect(rights.status).to.equal('fail');
    expect(rights.detail).to.include('May not create secrets.').and.to.include('May not list nodes: ');
    expect(rights.remedy).to.include('docs/kubernetes.md');
  });

  it('says why a pod as configured would be refused, and which claim is missing', async () => {
    objection = 'pods "coredinator-doctor" is forbidden: hostPath is not allowed';
    expect((await report())('cluster_pods')).to.include({ status: 'fail' });
    expect((await report())('cluster_pods').detail).to.include('hostPath is not allowed');
    objection = null;
    claims = [];
    const { status, detail } = (await report())('cluster_pods');
    expect([status, detail]).to.deep.equal([
      'fail',
      'There is no PersistentVolumeClaim "programs" in namespace "plant".',
    ]);
  });

  it('says by how much its clock differs', async () => {
    behindMs = 60_000;
    const { status, detail } = (await report())('cluster_clock');
    expect(status).to.equal('warn');
    expect(detail).to.match(/^It differs by (59|60|61) s /);
  });

  it('fails if it cannot be reached, and says nothing of the rest', async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const of = await report();
    expect(of('cluster')).to.include({ status: 'fail' });
    expect(of('cluster').detail).to.match(/^The cluster cannot be reached: .*ECONNREFUSED/);
    for (const id of ['cluster_rights', 'cluster_pods', 'cluster_clock'])
      expect(of(id)).to.include({ status: 'skipped' });
  });

  it('is asked for with --engine, where the configuration has to say how', async () => {
    writeFileSync(join(base, 'coredinator.yaml'), '{}\n');
    expect((await report())('cluster')).to.equal(undefined);
    const of = await report('--engine', 'kubernetes');
    expect(of('cluster')).to.include({ status: 'fail' });
    expect(of('cluster').remedy).to.include('engine: { kubernetes: { image: IMAGE } }');
  });
});
