import { createActor } from 'xstate';
import type { ActorRefFrom } from 'xstate';
import { createClient } from '../client/client.ts';
import type { Client } from '../client/client.ts';
import { feedMachine } from '../frontend/feed/machine.ts';
import type { SessionEnd } from '../frontend/feed/machine.ts';
import { Store } from '../frontend/world/store.ts';
import { usageMachine } from './usage/machine.ts';

/** The shared objects of the page. */
export interface Host {
  readonly client: Client;
  readonly store: Store;
  readonly feed: ActorRefFrom<typeof feedMachine>;
  readonly usage: ActorRefFrom<typeof usageMachine>;
  /**
   * Exchanges the token for a cookie and follows the host. Rejects with the reason if the host rejects it or cannot be
   * reached.
   */
  signIn(token: string): Promise<void>;
  /** Removes the cookie of this browser. Rejects if the host cannot be reached. */
  signOut(): Promise<void>;
}

/** The client for the host of this page; `onSignedOut` is called when the host requires a new sign-in. */
function clientOf(url: string, onSignedOut: () => void): Client {
  return createClient({
    url,
    fetch: async (target, request) => {
      const answer = await fetch(target, request);
      if (answer.status === 401) onSignedOut();
      return answer;
    },
  });
}

function watchPage(onVisibility: (isVisible: boolean) => void): () => void {
  const update = (): void => {
    onVisibility(document.visibilityState === 'visible');
  };
  document.addEventListener('visibilitychange', update);
  update();
  return () => {
    document.removeEventListener('visibilitychange', update);
  };
}

/** Connects to the host of this page. */
export function openHost(url: string): Host {
  const endSession = (ending: SessionEnd): void => {
    feed.send({ type: 'session.ended', ending });
  };
  const client = clientOf(url, () => {
    endSession('rejected');
  });
  const store = new Store();
  const feed = createActor(feedMachine, {
    input: { client, world: store.get, update: store.update.bind(store), now: Date.now },
  });
  const usage = createActor(usageMachine, { input: { client, watchPage } });
  feed.start();
  usage.start();
  return {
    client,
    store,
    feed,
    usage,
    signIn: async (token) => {
      await createClient({ url, token }).signIn();
      feed.send({ type: 'session.started' });
    },
    signOut: async () => {
      await client.signOut();
      endSession('signed out');
    },
  };
}
