import { readdir, readFile, readlink } from 'node:fs/promises';

/** `st` of /proc/net/tcp for a socket that listens. */
const LISTENING = '0A';

/**
 * The program that listens on a TCP port, as `nginx (pid 812)`; null: /proc does not tell it (another system, another network
 * namespace, a process of another user). Reads the descriptors of every process, one after the other, so that a machine with
 * thousands of them does not hold up the host.
 */
export async function portHolder(port: number, proc = '/proc'): Promise<string | null> {
  const sockets = new Set(
    (await Promise.all(['tcp', 'tcp6'].map((name) => listenersIn(`${proc}/net/${name}`, port)))).flat(),
  );
  if (sockets.size === 0) return null;
  for (const name of await listing(proc)) {
    if (!/^\d+$/.test(name) || !(await hasOneOf(sockets, `${proc}/${name}/fd`))) continue;
    const program = await readFile(`${proc}/${name}/comm`, 'utf8').catch(() => '');
    return `${program.trim() || 'unknown'} (pid ${name})`;
  }
  return null;
}

/** The inodes of the sockets that listen on a port, as `socket:[INODE]`. */
async function listenersIn(file: string, port: number): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => ''); // no such protocol
  return text.split('\n').flatMap((line) => {
    const [, local = '', , state, , , , , , inode = ''] = line.trim().split(/\s+/);
    const isHere = state === LISTENING && parseInt(local.slice(local.lastIndexOf(':') + 1), 16) === port;
    return isHere ? [`socket:[${inode}]`] : [];
  });
}

async function hasOneOf(sockets: ReadonlySet<string>, folder: string): Promise<boolean> {
  const links = await Promise.all((await listing(folder)).map((name) => readlink(`${folder}/${name}`).catch(() => '')));
  return links.some((link) => sockets.has(link));
}

/** Empty where it cannot be read: ended, or of another user. */
function listing(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch(() => []);
}
