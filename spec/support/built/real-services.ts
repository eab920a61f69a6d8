import { execFile } from 'node:child_process';
import { accessSync, constants, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from '../temporary.ts';

const run = promisify(execFile);

/** The programs that these specs supervise or use; scripts/test-packages.js installs them. */
const PROGRAMS = ['redis-server', 'redis-cli', 'nginx'] as const;
type RealProgram = (typeof PROGRAMS)[number];

/**
 * The path of an installed program; null if there is none. Daemons are found although they are not in every user's
 * PATH.
 */
export function findProgram(name: string): string | null {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
  const paths = folders.filter((folder) => folder !== '').map((folder) => join(folder, name));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // missing, or not executable for this user
  }
}

function pathOf(name: RealProgram): string {
  const path = findProgram(name);
  if (path === null) throw new Error(`There is no ${name} on this machine.`);
  return path;
}

/** Why real services are not available, as a sentence; null: they are. */
export function whyNoRealServices(): string | null {
  if (process.platform !== 'linux') return 'real services are only tried on Linux';
  const missing = PROGRAMS.filter((name) => findProgram(name) === null);
  return missing.length === 0 ? null : `${missing.join(', ')} missing: "npm run test:packages" says why`;
}

/** Additional settings of a kind: probes, limits, and everything else in contract 5. */
export type KindExtras = Readonly<Record<string, unknown>>;

/** A redis and an nginx, ready to be host services `redis` and `nginx`. */
export interface RealServices {
  /** Has `redis-7.0.0`, `nginx-1.22.0` and the coredinator.yaml. */
  readonly basePath: string;
  readonly redisPort: number;
  readonly nginxPort: number;
}

/** Writes everything that both need into temporary folders. */
export async function realServices(
  extrasFor: (ports: { readonly redis: number; readonly nginx: number }) => {
    readonly redis?: KindExtras;
    readonly nginx?: KindExtras;
  } = () => ({}),
): Promise<RealServices> {
  const [basePath, data] = [temporaryFolder(), temporaryFolder()];
  const [redisPort, nginxPort] = [await freePort(), await freePort()];
  const extras = extrasFor({ redis: redisPort, nginx: nginxPort });
  wrap(basePath, 'redis-7.0.0', pathOf('redis-server'));
  wrap(basePath, 'nginx-1.22.0', pathOf('nginx'));
  const kinds = {
    redis: { executable: 'redis', args: redisArguments(data, redisPort), ...extras.redis },
    nginx: { executable: 'nginx', args: nginxArguments(data, nginxPort), stop: { signal: 'SIGQUIT' }, ...extras.nginx },
  };
  const services = { redis: { kind: 'redis' }, nginx: { kind: 'nginx' } };
  writeFileSync(join(basePath, 'coredinator.yaml'), JSON.stringify({ kinds, services }, null, 2)); // JSON is YAML
  return { basePath, redisPort, nginxPort };
}

/** An executable with a name that discovery accepts, which execs the real program. */
function wrap(basePath: string, name: string, program: string): void {
  writeFileSync(join(basePath, name), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
}

function redisArguments(data: string, port: number): readonly string[] {
  const folder = join(data, 'redis');
  mkdirSync(folder);
  return [
    ...['--port', String(port)],
    ...['--bind', '127.0.0.1'],
    ...['--save', ''],
    ...['--dir', folder],
    ...['--daemonize', 'no'],
  ];
}

function nginxArguments(data: string, port: number): readonly string[] {
  const folder = join(data, 'nginx');
  mkdirSync(folder);
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, nginxConfiguration(folder, port));
  return ['-p', folder, '-c', file];
}

function nginxConfiguration(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : '' /* else its workers could not enter the folder; it warns if it cannot switch users */}
pid ${folder}/nginx.pid;
error_log stderr notice;
events { worker_connections 64; }
http {
  access_log ${folder}/access.log;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(' ')}
  server {
    listen 127.0.0.1:${port};
    location = /healthz { default_type text/plain; return 200 "ok\\n"; }
    location / { return 404; }
  }
}
`;
}

/** The output of `redis-cli`. */
export async function redisCli({ redisPort }: RealServices, ...words: readonly string[]): Promise<string> {
  const { stdout } = await run(pathOf('redis-cli'), ['-p', String(redisPort), ...words], { timeout: 5_000 });
  return stdout.trim();
}

/** The response of nginx at /healthz. */
export async function healthOf({ nginxPort }: RealServices): Promise<string> {
  // Not kept alive: a connection to a killed worker would be used again.
  const response = await fetch(`http://127.0.0.1:${nginxPort}/healthz`, { headers: { connection: 'close' } });
  return `${response.status} ${(await response.text()).trim()}`;
}

/** Whether a process is listening on the port. */
export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const settle = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => {
      settle(true);
    });
    socket.once('error', () => {
      settle(false);
    });
  });
}

/**
 * A process and all of its descendants. Both programs overwrite their environment, so they cannot be found by the tag
 * of the specs.
 */
export function treeOf(pid: number): readonly number[] {
  const tree = [pid];
  const parents = parentsOfAll();
  for (const member of tree) tree.push(...parents.filter(([, parent]) => parent === member).map(([child]) => child));
  return tree;
}

function parentsOfAll(): readonly (readonly [pid: number, parent: number])[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
      return [[Number(pid), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])] as const];
    } catch {
      return []; // it has just ended
    }
  });
}

/**
 * A port on which nothing is listening. Below the ephemeral ports of the system, so that no outgoing connection takes
 * it before the service does.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_240 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => {
        resolve(false);
      });
      server.listen(port, '127.0.0.1', () => {
        resolve(true);
      });
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
