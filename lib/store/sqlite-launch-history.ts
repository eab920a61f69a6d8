import { z } from 'zod';

import { serviceId as serviceIdShape } from '../model/values/id-schema.ts';
import type { ServiceId } from '../model/values/ids.ts';
import type { LaunchEnd, LaunchHistory, PastLaunch } from '../ports/launch-ledger.ts';
import { launchEnded, PAST_LAUNCHES } from './rows/launch-history-rows.ts';
import { FAILED } from './rows/launch-rows.ts';
import type { StoreContext } from './sqlite-actor-store.ts';

const endless = z.strictObject({ service_id: serviceIdShape, generation: z.int() });

/** The launches in the table of the ledger. */
export class SqliteLaunchHistory implements LaunchHistory {
  readonly #context: Pick<StoreContext, 'queue' | 'reader'>;

  constructor(context: Pick<StoreContext, 'queue' | 'reader'>) {
    this.#context = context;
  }

  page(serviceId: ServiceId, before: number, limit: number): Promise<readonly PastLaunch[]> {
    return this.#newest(`service_id = ? AND generation < ? AND state <> 'revoked'`, [serviceId, before], limit);
  }

  one(serviceId: ServiceId, generation: number): Promise<PastLaunch | null> {
    return this.#first('service_id = ? AND generation = ?', [serviceId, generation]);
  }

  lastStable(serviceId: ServiceId, before: number): Promise<PastLaunch | null> {
    return this.#first('service_id = ? AND generation < ? AND is_stable = 1', [serviceId, before]);
  }

  lastFailed(serviceId: ServiceId): Promise<PastLaunch | null> {
    return this.#first(`service_id = ? AND ${FAILED}`, [serviceId]);
  }

  async ended(serviceId: ServiceId, generation: number, end: LaunchEnd): Promise<void> {
    await this.#context.queue.write([launchEnded(serviceId, generation, end)], 'ledger');
  }

  async withoutEnd(): Promise<readonly Pick<PastLaunch, 'serviceId' | 'generation'>[]> {
    const rows = await this.#context.reader.query(
      `SELECT service_id, generation FROM launch WHERE state = 'exited' AND exit_class IS NULL ORDER BY rowid`,
    );
    return rows
      .map((row) => endless.parse(row))
      .map(({ service_id: serviceId, generation }) => ({ serviceId, generation }));
  }

  async #first(condition: string, parameters: readonly (string | number)[]): Promise<PastLaunch | null> {
    const [found] = await this.#newest(condition, parameters, 1);
    return found ?? null;
  }

  #newest(condition: string, parameters: readonly (string | number)[], limit: number): Promise<readonly PastLaunch[]> {
    return this.#context.reader.read(PAST_LAUNCHES, `WHERE ${condition} ORDER BY generation DESC LIMIT ?`, [
      ...parameters,
      limit,
    ]);
  }
}
