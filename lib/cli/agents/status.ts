import { EXIT } from '../../host/exit-codes.ts';
import { printResult, type HostRun } from '../host/context.ts';
import { ageSince } from '../output/age.ts';
import { factSheet } from '../output/paragraph.ts';
import { paintOf } from '../output/state.ts';
import { serviceTable } from '../services/service-table.ts';
import { agentPicture } from './agent-picture.ts';

/** One agent and its services. */
export function agentStatus(id: string): HostRun {
  return async (context) => {
    const picture = await agentPicture(context.client, id);
    const { agent, services } = picture;
    printResult(context, picture, () => {
      const { colors, width, now } = context;
      const wish = agent.intended_state === agent.state ? '' : `, meant to be ${agent.intended_state}`;
      const state = paintOf(agent, colors)(agent.state);
      const facts = { type: agent.type, config: agent.config_path, reason: agent.reason };
      return (
        `${colors.bold(agent.id)}  ${state} for ${ageSince(agent.since, now())}${wish}\n` +
        `${factSheet(facts, width)}\n` +
        serviceTable(context, services)
      );
    });
    return EXIT.ok;
  };
}
