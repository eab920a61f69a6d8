import { createActor } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import { createClient } from '../client/client.ts';
import type { Client } from '../client/client.ts';
import { feedMachine } from './feed/machine.ts';
import { Store } from './store.ts';
import { usageMachine } from './usage/machine.ts';

/** What every part of the page works with. */
export interface Host {
  readonly client: Client;
  readonly store: Store;
  readonly feed: ActorRefFrom<typeof feedMachine>;
  readonly usage: ActorRefFrom<typeof usageMachine>;
  /** Takes the cookie of this browser away. Rejects when the host cannot be asked to. */
  signOut(): Promise<void>;
}

/** The client of the host that the page is from; `onSignedOut` is called when that wants to know anew who asks. */
function clientOf(origin: string, onSignedOut: () => void): Client {
  return createClient({
    url: origin,
    fetch: async (url, request) => {
      const answer = await fetch(url, request);
      if (answer.status === 401) onSignedOut();
      return answer;
    },
  });
}

function watchPage(tell: (isVisible: boolean) => void): () => void {
  const look = (): void => {
    tell(document.visibilityState === 'visible');
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
  };
}

/** Begins to follow the host that the page is from. */
export function openHost(origin: string, onSignedOut: () => void): Host {
  const client = clientOf(origin, onSignedOut);
  const store = new Store();
  const input = { client, update: store.update.bind(store), now: Date.now };
  const feed = createActor(feedMachine, { input }).start();
  const usage = createActor(usageMachine, { input: { client, watchPage } }).start();
  const signOut = async (): Promise<void> => {
    await client.signOut();
    onSignedOut();
  };
  return { client, store, feed, usage, signOut };
}
