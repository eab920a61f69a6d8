import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts the load in C (../programs/coreload.c) with these arguments and this request. `done` resolves with the rate and the 99th percentile
 * in milliseconds; `end` ends it earlier.
 */
export function startLoad(program, args, text) {
  const child = spawn(program, args.map(String), { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.end(text);
  const [out, problem] = [[], []];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => problem.push(chunk));
  const done = once(child, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`The load failed: ${Buffer.concat(problem).toString()}`);
    const [rate, , p99] = Buffer.concat(out).toString().split(' ').map(Number);
    return { rate, p99: p99 / 1_000 };
  });
  done.catch(() => {}); // whoever awaits it sees it
  return { done, end: () => child.kill('SIGTERM') };
}

/** A GET as it goes over the wire. */
export const requestText = (port, path) => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
