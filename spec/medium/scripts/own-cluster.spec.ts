import { expect } from 'chai';
import { spawn } from 'node:child_process';

const MODULE = new URL('../../../scripts/cluster/own-cluster.js', import.meta.url).href;
const PROGRAM = `
  const { run } = await import(${JSON.stringify(MODULE)});
  await run('true', []);
  await run('sh', ['-c', 'echo the second has begun; exec sleep 60']);
  console.log('the second has ended');
`;

describe('a command with a cluster of its own', function () {
  this.timeout(30_000);
  this.slow(5_000);

  it('can still take the cluster down after a signal that ends its second step', async () => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const pipe of [child.stdout, child.stderr])
      pipe.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (output === 'the second has begun\n') child.kill('SIGTERM');
      });
    await new Promise((resolve) => child.once('close', resolve));
    expect(output).to.equal('the second has begun\nthe second has ended\n');
  });
});
