import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kubeconfigAccess } from '../../../lib/kubernetes/api/kubeconfig.ts';
import { serviceAccountAccess } from '../../../lib/kubernetes/api/service-account.ts';
import { rejection } from '../../support/rejection.ts';
import { temporaryFolder } from '../../support/temporary.ts';

describe('the access to a cluster', function () {
  this.timeout(10_000); // the first test loads the official client

  describe('by a kubeconfig', () => {
    function kubeconfig(cluster: object, user: object): string {
      const file = join(temporaryFolder(), 'config');
      writeFileSync(
        file,
        JSON.stringify({
          apiVersion: 'v1',
          kind: 'Config',
          clusters: [{ name: 'plant', cluster: { server: 'https://10.0.0.1:6443/', ...cluster } }],
          users: [{ name: 'operator', user }],
          contexts: [
            { name: 'main', context: { cluster: 'plant', user: 'operator', namespace: 'services' } },
            { name: 'bare', context: { cluster: 'plant', user: 'operator' } },
            { name: 'broken', context: { cluster: 'nowhere', user: 'operator' } },
          ],
          'current-context': 'main',
        }),
      );
      return file;
    }

    it('has the server and the namespace of the context', async () => {
      const file = kubeconfig({}, { token: 'secret' });
      const access = await kubeconfigAccess({ file, context: null });
      expect(access).to.include({ server: 'https://10.0.0.1:6443', namespace: 'services' });
      expect((await kubeconfigAccess({ file, context: 'bare' })).namespace).to.equal(null);
    });

    it('is refused where there is none, with where it was looked for', async () => {
      const { HOME: home, KUBECONFIG: files } = process.env;
      const folder = temporaryFolder();
      process.env['HOME'] = folder;
      delete process.env['KUBECONFIG'];
      try {
        const error = await rejection(kubeconfigAccess({ file: null, context: null }));
        expect(String(error)).to.include(`KUBECONFIG is not set, and "${folder}/.kube/config" does not exist`);
      } finally {
        process.env['HOME'] = home;
        if (files !== undefined) process.env['KUBECONFIG'] = files;
      }
    });

    it('has a token, and trusts the authority', async () => {
      const ca = Buffer.from('an authority').toString('base64');
      const file = kubeconfig({ 'certificate-authority-data': ca }, { token: 'secret' });
      const credentials = await (await kubeconfigAccess({ file, context: null })).credentials();
      expect(credentials.headers).to.deep.equal({ Authorization: 'Bearer secret' });
      expect(String(credentials.ca)).to.equal('an authority');
      expect(credentials.isVerified).to.equal(true);
    });

    it('has the name and the password of a user', async () => {
      const file = kubeconfig({}, { username: 'ada', password: 'engine' });
      const credentials = await (await kubeconfigAccess({ file, context: null })).credentials();
      expect(credentials.headers['Authorization']).to.equal(`Basic ${Buffer.from('ada:engine').toString('base64')}`);
    });

    it('trusts any server only if the kubeconfig says so', async () => {
      const file = kubeconfig({ 'insecure-skip-tls-verify': true }, { token: 'secret' });
      expect((await (await kubeconfigAccess({ file, context: null })).credentials()).isVerified).to.equal(false);
    });

    it('runs the program that makes tokens', async () => {
      const status = { token: 'made' };
      const credential = { apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential', status };
      const command = {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'echo',
        args: [JSON.stringify(credential)],
      };
      const file = kubeconfig({}, { exec: { ...command, interactiveMode: 'Never' } });
      const credentials = await (await kubeconfigAccess({ file, context: null })).credentials();
      expect(credentials.headers).to.deep.equal({ Authorization: 'Bearer made' });
    });

    it('is refused for a context without a cluster, with those that there are', async () => {
      const error = await rejection(kubeconfigAccess({ file: kubeconfig({}, {}), context: 'broken' }));
      expect(String(error)).to.include('no cluster for the context "broken". It has "main", "bare", "broken".');
    });

    it('is refused where a proxy is needed', async () => {
      const file = kubeconfig({ 'proxy-url': 'http://127.0.0.1:3128' }, {});
      expect(String(await rejection(kubeconfigAccess({ file, context: null })))).to.include('has a proxy-url');
    });
  });

  describe('by the service account of a pod', () => {
    const ENV = { KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '443' };

    function mounted(): string {
      const folder = join(temporaryFolder(), 'serviceaccount');
      mkdirSync(folder);
      for (const [name, text] of Object.entries({ token: 'first\n', namespace: 'plant', 'ca.crt': 'an authority' })) {
        writeFileSync(join(folder, name), text);
      }
      return folder;
    }

    it('has the server, the namespace and the authority', async () => {
      const access = serviceAccountAccess(ENV, mounted())!;
      expect(access).to.include({ server: 'https://10.96.0.1:443', namespace: 'plant' });
      expect(await access.credentials()).to.deep.include({ ca: 'an authority', isVerified: true });
      expect(serviceAccountAccess({ ...ENV, KUBERNETES_SERVICE_HOST: 'fd00::1' }, mounted())!.server).to.equal(
        'https://[fd00::1]:443',
      );
    });

    it('has the token as it is now, since tokens are replaced', async () => {
      const folder = mounted();
      const access = serviceAccountAccess(ENV, folder)!;
      const before = await access.credentials();
      writeFileSync(join(folder, 'token'), 'second');
      const after = await access.credentials();
      expect([before, after].map(({ headers }) => headers['Authorization'])).to.deep.equal([
        'Bearer first',
        'Bearer second',
      ]);
    });

    it('is not there outside of a cluster', () => {
      expect(serviceAccountAccess({}, mounted())).to.equal(null);
      expect(serviceAccountAccess(ENV, temporaryFolder())).to.equal(null);
    });
  });
});
