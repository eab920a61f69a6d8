import type { Client } from '../../client/client.ts';
import type { Command, Target } from './consequences.ts';

export const LABELS = { start: 'Start', stop: 'Stop', restart: 'Restart' } as const;
export const DONE = { start: 'Started', stop: 'Stopped', restart: 'Restarted' } as const;
export const IN_PROGRESS = { start: 'Starting', stop: 'Stopping', restart: 'Restarting' } as const;

/** Sends a command; resolves when the host has responded. */
export async function send(client: Client, command: Command, { type, view: { id } }: Target): Promise<void> {
  const calls = {
    service: { start: client.startService, stop: client.stopService, restart: client.restartService },
    agent: { start: client.startKnownAgent, stop: client.stopAgent, restart: client.restartAgent },
  };
  await calls[type][command]({ id });
}
