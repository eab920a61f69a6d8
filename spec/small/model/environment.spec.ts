import { expect } from 'chai';
import { inheritable, launchVariables } from '../../../lib/model/environment.ts';
import { parseLaunchId, parseServiceId } from '../../../lib/model/values/ids.ts';

const LAUNCH = {
  instanceId: 'i',
  serviceId: parseServiceId('pump'),
  agentId: null,
  generation: 2,
  launchId: parseLaunchId('c'.repeat(32)),
  hostUrl: 'http://127.0.0.1:8000',
  origin: { basePath: '/plant', stateDir: '/plant/.coredinator' },
};
const VARIABLES = {
  COREDINATOR_INSTANCE: 'i',
  COREDINATOR_SERVICE_ID: 'pump',
  COREDINATOR_GENERATION: '2',
  COREDINATOR_LAUNCH_ID: 'c'.repeat(32),
  COREDINATOR_URL: 'http://127.0.0.1:8000',
  COREDINATOR_ORIGIN_BASE: '/plant',
  COREDINATOR_ORIGIN_STATE: '/plant/.coredinator',
};

describe('the environment that tells a process about its launch', () => {
  it('names its agent when its service has one', () => {
    expect(launchVariables({ ...LAUNCH, agentId: 'mixer' })).to.deep.equal({
      ...VARIABLES,
      COREDINATOR_AGENT_ID: 'mixer',
    });
  });

  it('names no agent when its service has none', () => {
    expect(launchVariables(LAUNCH)).to.deep.equal(VARIABLES);
  });
});

describe('what a process inherits of its host', () => {
  it('has nothing by which it would speak to the service manager of the host, or take its sockets', () => {
    const manager = {
      NOTIFY_SOCKET: '/run/n',
      WATCHDOG_USEC: '1',
      WATCHDOG_PID: '1',
      LISTEN_FDS: '1',
      LISTEN_PID: '1',
    };
    expect(inheritable({ ...manager, LISTEN_FDNAMES: 'a', INVOCATION_ID: 'f' })).to.deep.equal({ INVOCATION_ID: 'f' });
  });
});
