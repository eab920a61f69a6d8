import { expect } from 'chai';
import { spawnSync } from 'node:child_process';

/** Runs in a process of its own: V8 remembers shapes that other specs have made. */
const SCRIPT = `
  const { serviceContext } = await import('./lib/actors/service/context.ts');
  const spec = { id: 'pump1' };
  const isFixed = (value) => %HasFastProperties(value);
  const stored = JSON.stringify(serviceContext({ spec }, 0));
  for (let i = 0; i < 5; i += 1) gc();
  const restored = Object.assign({}, JSON.parse(stored), { since: 1 });
  const made = Object.assign({}, Object.assign({}, {}, serviceContext({ spec }, 0)), { launch: { pid: 1 } });
  const foreign = Object.assign({}, JSON.parse(stored.replaceAll('":', '_":')), { since_: 1 });
  console.log(JSON.stringify({ restored: isFixed(restored), made: isFixed(made), foreign: isFixed(foreign) }));
`;

describe('the context of a service', () => {
  it('stays an object of fixed shape when it is copied, which is cheap; any other of its size becomes a hash table', () => {
    const options = ['--import', 'tsx', '--allow-natives-syntax', '--expose-gc', '--input-type=module', '-e', SCRIPT];

    const { stdout, stderr } = spawnSync(process.execPath, options, { encoding: 'utf8' });

    expect(stdout, stderr).to.equal('{"restored":true,"made":true,"foreign":false}\n');
  });
});
