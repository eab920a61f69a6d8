import { readFileSync } from 'node:fs';
import { createBrowserReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { expect } from 'chai';
import { INSPECT_VERSION } from '../../../lib/inspect/messages.ts';
import { agentPlan } from '../../support/actors/specs.ts';
import { HubWorld } from '../../support/inspect/hub-world.ts';

/** As much of a window as the receiver of the inspector page uses. */
class FakeWindow {
  readonly self = this;
  readonly top = this;
  readonly greetings: unknown[] = [];
  readonly opener = { postMessage: (message: unknown) => this.greetings.push(message) };
  #listener: (event: { data: unknown }) => void = () => undefined;

  addEventListener(_type: 'message', listener: (event: { data: unknown }) => void): void {
    this.#listener = listener;
  }

  postMessage(data: unknown): void {
    this.#listener({ data });
  }
}

describe('the messages of the hub at the receiver of the inspector page (@statelyai/inspect)', () => {
  it('carry the version of the package that they were written for', () => {
    const file = new URL('../../../node_modules/@statelyai/inspect/package.json', import.meta.url);
    const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string }; // of a package.json
    expect(INSPECT_VERSION, 'compare the messages of the new version before this is raised').to.equal(version);
  });

  it('are all accepted, with what the page needs', async () => {
    const page = new FakeWindow();
    const received: StatelyInspectionEvent[] = [];
    createBrowserReceiver({ window: page as unknown as Window }).subscribe((event) => received.push(event)); // all that it uses
    expect(page.greetings).to.deep.equal([{ type: '@statelyai.connected' }]);

    const world = new HubWorld();
    world.startAgent(agentPlan('pump1'));
    await world.pass(200);
    const { socket } = world.watch();
    world.work();
    world.stopAgent('pump1');
    world.work();
    for (const message of socket.messages) page.postMessage(message);

    expect(received).to.have.length(socket.messages.length);
    expect(new Set(received.map(({ type }) => type))).to.have.keys(
      '@xstate.actor',
      '@xstate.event',
      '@xstate.snapshot',
    );
    for (const event of received) {
      expect(event).to.include({ _version: INSPECT_VERSION, id: null });
      expect(Number(event.createdAt)).to.equal(world.clock.now());
      if (event.type === '@xstate.actor') {
        expect(event.name).to.be.a('string');
        expect(JSON.parse(event.definition!)).to.have.property('id');
        expect(event.snapshot).to.include({ status: 'active' });
      }
      if (event.type === '@xstate.event') expect(event.event.type).to.be.a('string');
      if (event.type === '@xstate.snapshot') expect(event.snapshot).to.have.property('status');
    }
  });
});
