import type { CommandOrigin, Control } from '../../../lib/control/control.ts';
import { parseAgentId } from '../../../lib/model/values/ids.ts';
import { UNCONDITIONAL } from '../../../lib/model/values/precondition.ts';
import type { Step } from './walk-steps.ts';

const NAMES = [
  ...(['startAgent', 'startKnownAgent', 'restartAgent', 'stopAgent', 'deleteAgent', 'defineAgent'] as const),
  ...(['startService', 'stopService', 'restartService', 'signalService', 'deleteService', 'pinVersion'] as const),
  ...(['acknowledgeService', 'startIo', 'stopIo', 'reload'] as const),
] as const;

/** A step that is a command to the host. */
export type CommandStep = Extract<Step, { readonly do: (typeof NAMES)[number] }>;

export function isCommand(step: { readonly do: string }): step is CommandStep {
  return NAMES.some((name) => name === step.do);
}

/** The call of the host that gives a command. */
export function commandOf(step: CommandStep): (host: Control, origin: CommandOrigin) => Promise<unknown> {
  switch (step.do) {
    case 'startAgent':
      return (host, origin) =>
        host.startAgent({ configPath: `/plant/${step.agent}.yaml`, agentId: step.agent }, origin);
    case 'startKnownAgent':
    case 'restartAgent':
    case 'stopAgent': {
      const { do: name, agent } = step;
      return (host, origin) => host[name](agent, origin);
    }
    case 'defineAgent': {
      const { agent, isStarted } = step;
      const definition = { configPath: `/plant/${agent}.yaml`, agentId: parseAgentId(agent), isStarted };
      return (host, origin) => host.defineAgent(definition, UNCONDITIONAL, origin);
    }
    case 'deleteAgent':
      return (host, origin) => host.deleteAgent(step.agent, UNCONDITIONAL, origin);
    case 'startService':
    case 'stopService':
    case 'restartService':
    case 'deleteService': {
      const { do: name, service } = step;
      return (host, origin) => host[name](service, origin);
    }
    case 'signalService':
      return (host, origin) => host.signalService(step.service, 'SIGHUP', origin);
    case 'pinVersion':
      return (host, origin) => host.pinVersion(step.service, { version: step.version, isDryRun: false }, origin);
    case 'acknowledgeService':
      return (host, origin) => host.acknowledgeService(step.service, step.note, origin);
    case 'startIo':
      return (host, origin) => host.startIo({ configPath: '/plant/io.yaml', coreioId: 'io' }, origin);
    case 'stopIo':
      return (host, origin) => host.stopIo('io', origin);
    case 'reload':
      return (host, origin) => host.reload(false, origin);
  }
}
