import { chmodSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { connect as connectPlain } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { readCertificate, TlsError, type Certificate } from '../../../../lib/http/server/tls-files.ts';
import { FIRST, SECOND } from '../../../support/built/certificates.ts';
import { temporaryFolder } from '../../../support/temporary.ts';
import { ApiUnderTest, recordingLog, type LogRecord } from '../api-under-test.ts';

describe('the API over TLS', () => {
  let folder: string;
  let records: LogRecord[];
  let certificate: Certificate;
  let api: ApiUnderTest;
  let nowMs: number;

  beforeEach(async () => {
    folder = temporaryFolder();
    records = [];
    nowMs = 0;
    put(FIRST);
    certificate = read();
    api = await new ApiUnderTest().open({}, { certificate });
  });
  afterEach(() => api.close());

  function files(): { readonly cert: string; readonly key: string } {
    return { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  }

  function put({ cert, key }: typeof FIRST): void {
    writeFileSync(files().cert, cert);
    writeFileSync(files().key, key, { mode: 0o600 });
  }

  function read(): Certificate {
    return readCertificate(files(), recordingLog(records), () => nowMs);
  }

  function handshake(options: object = {}): Promise<TLSSocket> {
    return new Promise((resolve, reject) => {
      const ca = [FIRST.cert, SECOND.cert];
      const socket = connect({ host: '127.0.0.1', port: api.port, servername: 'localhost', ca, ...options }, () => {
        resolve(socket);
      });
      socket.on('error', reject);
    });
  }

  async function served(): Promise<string> {
    const socket = await handshake();
    const { subject } = socket.getPeerCertificate();
    socket.destroy();
    return String(subject.CN);
  }

  it('has an https URL and responds there', async () => {
    expect(api.listening.url).to.match(/^https:\/\/127\.0\.0\.1:\d+$/);
    const status = await new Promise((resolve, reject) => {
      const options = { ca: FIRST.cert, agent: false };
      request(`${api.listening.url}/livez`, options, ({ statusCode }) => {
        resolve(statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).to.equal(200);
  });

  it('supports TLS 1.2 and 1.3 and nothing older', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await handshake({ minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).to.equal(version);
      socket.destroy();
    }
    const ciphers = 'DEFAULT:@SECLEVEL=0';
    const old = await handshake({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers }).catch(
      (error: unknown) => error,
    );
    expect(old).to.be.instanceOf(Error);
  });

  it('survives data that is not TLS', async () => {
    await new Promise((resolve) => {
      const socket = connectPlain(api.port, '127.0.0.1', () =>
        socket.end('GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n'),
      );
      socket.on('error', () => undefined);
      socket.on('close', resolve);
      socket.resume();
    });
    expect(await served()).to.equal('first');
  });

  it('uses a renewed certificate without a restart; open connections continue', async () => {
    const before = await handshake();
    put(SECOND);
    expect(await served()).to.equal('first');
    nowMs += 1_000;
    expect(await served()).to.equal('second');
    before.write('GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const answer = await new Promise<string>((resolve) => {
      before.on('data', (chunk: Buffer) => {
        resolve(chunk.toString());
      });
    });
    expect(answer).to.match(/^HTTP\/1\.1 200 /);
    before.destroy();
  });

  it('uses a renewed certificate on demand', async () => {
    put(SECOND);
    certificate.reread();
    expect(await served()).to.equal('second');
  });

  it('keeps the old certificate if the new one is invalid, and reports that until it is fixed', async () => {
    for (const bad of [
      { ...SECOND, key: FIRST.key },
      { ...SECOND, cert: 'no PEM' },
    ]) {
      put(bad);
      certificate.reread();
      expect(await served()).to.equal('first');
    }
    expect(certificate.problem()).to.contain('certificate').and.not.to.contain(folder);
    const errors = records.filter(({ level }) => level === 'error');
    expect(errors).to.have.length(1);
    expect(errors[0]?.fields).to.deep.equal({ files: [files().cert, files().key] });

    put(SECOND);
    certificate.reread();
    expect(await served()).to.equal('second');
    expect(certificate.problem()).to.equal(null);
  });

  it('fails at the start with files that do not match, and names them', () => {
    for (const bad of [
      { ...SECOND, key: FIRST.key },
      { ...SECOND, key: 'no PEM' },
      { ...SECOND, cert: '' },
    ]) {
      put(bad);
      expect(read)
        .to.throw(TlsError)
        .with.property('message')
        .that.contains(files().cert)
        .and.contains(files().key)
        .and.contains('PEM');
    }
  });

  it('warns of a key that other users can read', () => {
    chmodSync(files().key, 0o644);
    read();
    expect(records.map(({ level, fields }) => ({ level, fields }))).to.deep.equal([
      { level: 'warn', fields: { file: files().key, mode: '644' } },
    ]);
  });
});
