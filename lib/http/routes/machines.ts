import type { MACHINE_OPERATIONS } from '../../api/operations/machines.ts';
import type { Control } from '../../control/control.ts';
import type { MachineLibrary } from '../../ports/machine-library.ts';
import { type Context } from '../request-context.ts';
import { sendJson, type HandlersOf } from '../route.ts';

function sendText(ctx: Context, type: string, text: string): void {
  ctx.res.setHeader('Content-Type', `${type}; charset=utf-8`);
  ctx.body = text;
}

/** The handlers of the statecharts. */
export function machineHandlers(control: Control, machines: MachineLibrary): HandlersOf<typeof MACHINE_OPERATIONS> {
  return {
    listMachines: () => ({ machines: [...machines.list()] }),
    getMachine: {
      write: async ({ query: { format, events }, ctx }) => {
        const name = ctx.params?.['name'] ?? '';
        switch (format) {
          case 'json':
            sendJson(ctx, machines.config(name));
            return;
          case 'stately':
            sendText(ctx, 'text/javascript', machines.stately(name));
            return;
          case 'mermaid':
            sendText(ctx, 'text/plain', machines.mermaid(name, events));
            return;
          case 'svg':
            sendText(ctx, 'image/svg+xml', await machines.svg(name, events));
            return;
        }
      },
    },
    getServiceGraph: {
      write: async ({ query: { format, agent_id: agentId }, ctx }) => {
        const graph = control.queries.serviceGraph(agentId ?? null);
        if (format === 'json') sendJson(ctx, graph);
        else sendText(ctx, 'image/svg+xml', await machines.drawServices(graph));
      },
    },
  };
}
