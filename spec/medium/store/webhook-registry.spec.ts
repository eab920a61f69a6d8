import { expect } from 'chai';
import type { WebhookMute, WebhookPlace } from '../../../lib/model/webhook.ts';
import type { WebhookRegistry } from '../../../lib/ports/webhooks.ts';
import { MemoryWebhookRegistry } from '../../support/store/memory-webhook-registry.ts';
import { closeStores, openedStore } from '../../support/store/opened-store.ts';

function place(name: string, overrides: Partial<WebhookPlace> = {}): WebhookPlace {
  return { name, position: 7, failingSince: null, goneRevision: null, ...overrides };
}

function mute(webhook: string, overrides: Partial<WebhookMute> = {}): WebhookMute {
  return { webhook, agentId: null, until: 9, since: 1, after: 7, actor: null, note: null, ...overrides };
}

const BOOKS: Readonly<Record<string, () => Promise<WebhookRegistry>>> = {
  'in SQLite': async () => (await openedStore()).webhooks,
  'in memory': () => Promise.resolve(new MemoryWebhookRegistry()),
};

for (const [name, open] of Object.entries(BOOKS)) {
  describe(`The webhook registry ${name}`, () => {
    afterEach(closeStores);

    it('returns the last position of each name, but not of deleted ones', async () => {
      const book = await open();
      expect(await book.places()).to.deep.equal([]);
      const second = place('b', { failingSince: 1_700_000_000_000, goneRevision: 'abc' });
      for (const kept of [place('a'), place('b'), place('c'), place('a', { position: 9 }), second])
        await book.keep(kept);
      await book.forget('c');
      await book.forget('unknown');
      expect(await book.places()).to.deep.equal([place('a', { position: 9 }), second]);
    });

    it('returns the last mute for each webhook and agent, without those of deleted webhooks', async () => {
      const book = await open();
      const longer = mute('a', { until: 99, actor: 'anna', note: 'it’s planned' });
      const ofAgent = mute('a', { agentId: 'pump1' });
      for (const kept of [mute('a'), ofAgent, mute('b'), longer]) await book.keepMute(kept);
      await book.forget('b');
      await book.forgetMute(mute('a')); // which has been replaced
      expect(await book.mutes()).to.have.deep.members([longer, ofAgent]);
      await book.forgetMute(longer);
      expect(await book.mutes()).to.deep.equal([ofAgent]);
    });

    it('moves the beginning of a mute with a position, and nothing else of it', async () => {
      const book = await open();
      const ended = mute('a', { until: 3 });
      const replaced = mute('a', { agentId: 'pump1', since: 5 });
      for (const kept of [ended, replaced]) await book.keepMute(kept);
      const older = mute('a', { agentId: 'pump1', after: 8 });
      const gone = mute('a', { agentId: 'pump2', after: 8 });
      await book.keep(place('a', { position: 8 }), [mute('a', { after: 8 }), older, gone]);
      expect(await book.mutes()).to.have.deep.members([{ ...ended, after: 8 }, replaced]);
      expect(await book.places()).to.deep.equal([place('a', { position: 8 })]);
    });
  });
}

describe('The webhook registry in SQLite', () => {
  afterEach(closeStores);

  it('has the positions of the previous host', async () => {
    const store = await openedStore();
    await store.webhooks.keep(place('a', { position: 42 }));
    await store.close();
    const again = await openedStore({ file: store.file });
    expect(await again.webhooks.places()).to.deep.equal([place('a', { position: 42 })]);
  });
});
