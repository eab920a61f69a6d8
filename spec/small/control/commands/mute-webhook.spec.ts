import { expect } from 'chai';
import {
  AgentNotFoundError,
  StoreUnavailableError,
  WebhookNotFoundError,
  WebhookNotMutedError,
} from '../../../../lib/model/errors.ts';
import type { JournalEntry } from '../../../../lib/model/journal.ts';
import type { WebhookMute } from '../../../../lib/model/webhook.ts';
import type { WebhookHost } from '../../../../lib/ports/webhooks.ts';
import { ControlWorld } from '../../../support/control/control-world.ts';
import { rejection } from '../../../support/rejection.ts';

describe('a mute of a webhook', () => {
  let world: ControlWorld;
  let mutes: Omit<WebhookMute, 'after'>[];
  let host: WebhookHost | null;

  beforeEach(async () => {
    world = new ControlWorld();
    [mutes, host] = [[], null];
    const done = (): Promise<void> => Promise.resolve();
    world.webhooks = (given) => {
      host = given;
      return {
        ...{ configure: done, problems: () => [], close: done },
        statuses: () => [
          {
            ...{ name: 'alerts', state: 'delivering', failingSince: null, reason: null },
            mutes: mutes.map((mute) => ({ ...mute, after: 0 })),
          },
        ],
        mute: (mute) => {
          mutes.push(mute);
          return done();
        },
        unmute: (_, agentId) => {
          mutes = mutes.filter((mute) => mute.agentId !== agentId);
          return done();
        },
      };
    };
    await world.boot();
    await world.control.startAgent({ configPath: '/plant/pump1.yaml' }, world.origin);
    for (const wait of [200, 200, 200]) await world.pass(wait);
  });

  const anna = (): Parameters<typeof world.control.muteWebhook>[2] => ({
    ...world.origin,
    source: { actor: 'anna', address: null, tool: 'cli' },
  });
  const asked = (agentId: string | null = null): Parameters<typeof world.control.muteWebhook>[1] => ({
    ...{ agentId, until: world.clock.now() + 60_000, note: 'maintenance' },
  });
  const events = async (): Promise<readonly (readonly unknown[])[]> => {
    const page = await world.control.queries.history({ after: 0, limit: 100, filter: only('webhook.*') });
    return page.events.map(({ type, actor, agent_id: agentId, detail }) => [type, actor, agentId, detail['webhook']]);
  };
  const only = (type: string) => ({ agentIds: [], serviceIds: [], types: [type] });

  it('is a command with its actor, shown with the webhook, and can be ended', async () => {
    const view = await world.control.muteWebhook('alerts', asked('pump1'), anna());
    expect(view.mutes).to.have.length(1);
    expect(view.mutes[0]).to.include({ agent_id: 'pump1', actor: 'anna', note: 'maintenance' });
    expect(world.control.queries.webhooks()).to.deep.equal([view]);
    const after = await world.control.unmuteWebhook('alerts', 'pump1', anna());
    expect(after.mutes).to.deep.equal([]);
    expect(await events()).to.deep.equal([
      ['webhook.mute_requested', 'anna', 'pump1', 'alerts'],
      ['webhook.unmute_requested', 'anna', 'pump1', 'alerts'],
    ]);
  });

  it('is not in effect, and leaves the earlier one, if its event cannot be stored', async () => {
    await world.control.muteWebhook('alerts', asked(), anna());
    const before = mutes;
    world.store.breakDown();
    const error = await rejection(world.control.muteWebhook('alerts', { ...asked(), note: 'longer' }, anna()));
    expect(error).to.be.instanceOf(StoreUnavailableError);
    expect(mutes).to.equal(before);
    expect(mutes.map(({ note }) => note)).to.deep.equal(['maintenance']);
  });

  it('takes effect without a second event if an earlier request with its key had it accepted', async () => {
    const claim = { key: 'mute-1', fingerprint: '', accepted: { subject: null } };
    await world.control.muteWebhook('alerts', asked(), { ...anna(), claim });
    expect(mutes).to.have.length(1);
    expect(await events()).to.deep.equal([]);
  });

  it('is refused for what does not exist', async () => {
    const { control } = world;
    expect(await rejection(control.muteWebhook('alert', asked(), anna()))).to.be.instanceOf(WebhookNotFoundError);
    expect(await rejection(control.muteWebhook('alerts', asked('pump2'), anna()))).to.be.instanceOf(AgentNotFoundError);
    expect(await rejection(control.unmuteWebhook('alert', null, anna()))).to.be.instanceOf(WebhookNotFoundError);
    await control.muteWebhook('alerts', asked(), anna());
    const error = await rejection(control.unmuteWebhook('alerts', 'pump1', anna()));
    expect(error).to.be.instanceOf(WebhookNotMutedError);
    expect((error as Error).message).to.contain('is not muted for agent "pump1"');
    expect(await events()).to.have.length(1);
  });

  it('asks the host what still fails', async () => {
    const entry = (serviceId: string | null): JournalEntry => ({
      ...world.published.find(({ type }) => type === 'service.state_changed')!,
      ...{ serviceId, agentId: 'pump1' },
    });
    const isFailing = (serviceId: string | null): Promise<boolean> =>
      (host as unknown as WebhookHost).isFailing(entry(serviceId)); // set when the host opened
    expect([await isFailing('pump1-corerl'), await isFailing(null), await isFailing('gone')]).to.deep.equal([
      ...[false, false, false],
    ]);
    world.catalog.executable = null;
    world.processes.exit('pump1-corerl', { code: 1 });
    await world.pass();
    expect(await isFailing('pump1-corerl')).to.equal(true);
    await world.pass(250);
    expect([await isFailing('pump1-corerl'), await isFailing(null)]).to.deep.equal([true, true]);
    expect(await isFailing('pump1-coreio')).to.equal(false);
  });
});
