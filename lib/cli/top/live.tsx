import { render } from 'ink';
import { createActor } from 'xstate';
import type { Key } from 'ink';
import { Store } from '../../frontend/world/store.ts';
import { EXIT } from '../../host/exit-codes.ts';
import type { HostContext } from '../host/context.ts';
import { INTERRUPTED } from '../host/interruption.ts';
import { App } from './app.tsx';
import { eventOf, pressesIn } from './keys.ts';
import { topMachine } from './machine.ts';
import { shownIn } from './screen-content.ts';
import { Screen } from './screen.ts';
import type { TopOptions } from './options.ts';

/** The screen until the user leaves it; resolves with the exit code. */
export async function live(context: HostContext, { sort, interval, agent }: TopOptions): Promise<number> {
  const { client, out, keys, url, colors, interrupted, now } = context;
  // Before the screen is cleared: what goes wrong here must stay.
  await client.getSession({ signal: interrupted });
  const site = { url, colors };
  const screen = new Screen(out);
  const size = (): { readonly columns: number; readonly rows: number } => ({
    columns: screen.columns,
    rows: screen.rows,
  });
  const input = { client, store: new Store(), agent: agent ?? null, sort, isReversed: false, size: size(), now };
  const actor = createActor(topMachine, { input: { ...input, intervalMs: interval, shown: shownIn(site) } });
  const onInput = (text: string, key: Key): void => {
    for (const press of pressesIn(text, key)) {
      const event = eventOf(actor.getSnapshot(), press);
      if (event !== null) actor.send(event);
    }
  };
  const content = (): React.ReactNode => <App snapshot={actor.getSnapshot()} site={site} onInput={onInput} />;
  const ink = render(content(), {
    // Ink uses what a Screen has of a stream, and what any terminal has.
    stdout: screen as unknown as NodeJS.WriteStream,
    stdin: keys as unknown as NodeJS.ReadStream,
    debug: true, // whole frames; a Screen writes what differs
    exitOnCtrlC: false,
    patchConsole: false,
  });
  try {
    return await new Promise<number>((resolve, reject) => {
      let isDrawn = true;
      const draw = (): void => {
        isDrawn = true;
        if (actor.getSnapshot().status === 'active') ink.rerender(content());
      };
      // Events come in bursts.
      const drawSoon = (): void => {
        if (isDrawn) setImmediate(draw);
        isDrawn = false;
      };
      actor.subscribe({
        next: drawSoon,
        error: reject,
        complete: () => {
          resolve(actor.getSnapshot().matches('interrupted') ? INTERRUPTED : EXIT.ok);
        },
      });
      screen.on('resize', () => {
        actor.send({ type: 'resize', size: size() });
      });
      interrupted.addEventListener('abort', () => {
        actor.send({ type: 'quit' });
      });
      actor.start();
    });
  } finally {
    actor.stop();
    ink.unmount();
    screen.close();
  }
}
