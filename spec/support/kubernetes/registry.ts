import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';

const TYPES = 'application/vnd.docker';
const MANIFEST = `${TYPES}.distribution.manifest.v2+json`;

/** Where specs run, and nodes ask without TLS (scripts/cluster/node.sh). */
const [HOST, PORT] = ['10.77.0.200', 5000];

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A registry of images with the image "app:1", which is the base image of the cluster. */
export class Registry {
  static readonly image = `${HOST}:${PORT}/app:1`;
  static readonly unknown = `${HOST}:${PORT}/app:2`;
  readonly #blobs = new Map<string, Buffer>();
  readonly #manifest: Buffer;
  readonly #server: Server;

  private constructor() {
    const file = join(readFileSync('/run/coredinator-cluster/work', 'utf8').trim(), 'base.tar');
    const parts = ['base.json', 'layer.tar'].map((name) =>
      execFileSync('tar', ['-xOf', file, name], { maxBuffer: 2 ** 28 }),
    );
    for (const part of parts) this.#blobs.set(digestOf(part), part);
    const [config, layer] = parts.map((part) => ({ size: part.length, digest: digestOf(part) }));
    const types = { config: `${TYPES}.container.image.v1+json`, layer: `${TYPES}.image.rootfs.diff.tar` };
    this.#manifest = Buffer.from(
      JSON.stringify({
        ...{ schemaVersion: 2, mediaType: MANIFEST },
        config: { mediaType: types.config, ...config },
        layers: [{ mediaType: types.layer, ...layer }],
      }),
    );
    this.#server = createServer(({ url = '', method }, response) => {
      this.#answer(url, method === 'HEAD', response);
    });
  }

  static async open(): Promise<Registry> {
    const registry = new Registry();
    await new Promise<void>((resolve, reject) => {
      registry.#server.once('error', reject);
      registry.#server.listen(PORT, HOST, resolve);
    });
    return registry;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, isHead: boolean, response: ServerResponse): void {
    const [path = ''] = url.split('?');
    const tag = path.split('/').at(-1) ?? '';
    const isManifest = path.includes('/manifests/') && (tag === '1' || tag === digestOf(this.#manifest));
    const body = path === '/v2/' ? Buffer.from('{}') : isManifest ? this.#manifest : this.#blobs.get(tag);
    if (body === undefined) {
      response.writeHead(404, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
      return;
    }
    const type = isManifest ? MANIFEST : path === '/v2/' ? 'application/json' : 'application/octet-stream';
    const headers = { 'Content-Type': type, 'Content-Length': body.length, 'Docker-Content-Digest': digestOf(body) };
    response.writeHead(200, headers);
    response.end(isHead ? undefined : body);
  }
}
