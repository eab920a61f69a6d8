import { expect } from 'chai';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { LogsWorld } from './logs-world.ts';
import { ShimDriver, type DrivenLaunch } from './shim-driver.ts';

/** The logs of one service, written by real native shims, and opened as by a host. */
export class RecordWorld extends LogsWorld {
  readonly driver = new ShimDriver('native');
  readonly #orders: number[] = [];

  /** Starts a launch that runs a shell script; resolves when it was started. */
  async run(generation: number, script: string, maxLogBytes = 1024 ** 3): Promise<DrivenLaunch> {
    const options = { args: ['-c', script], logFolder: this.folder, generation, maxLogBytes };
    const { launch, report } = await this.driver.launch('/bin/sh', options);
    if (report['event'] !== 'launched') throw new Error(`not launched: ${JSON.stringify(report)}`);
    return launch;
  }

  /** Likewise; resolves when it has ended and its shim too, so that its log is complete. */
  async ran(generation: number, script: string, maxLogBytes?: number): Promise<void> {
    const launch = await this.run(generation, script, maxLogBytes);
    await launch.exited();
    await launch.shimGone();
  }

  /**
   * Likewise, of commands in one shell: each begins when something that the one before wrote is in the log, however busy
   * the machine is. They must all write something.
   */
  async ranInTurn(generation: number, commands: readonly string[], maxLogBytes?: number): Promise<void> {
    const { launch, order } = await this.#shell(generation, maxLogBytes);
    for (const command of commands) {
      const before = (await this.texts()).join('').length;
      order(command);
      await eventually(async () => expect((await this.texts()).join('').length).to.be.greaterThan(before));
    }
    order('exit');
    await launch.exited();
    await launch.shimGone();
  }

  /** Starts a launch that runs every command it is sent. */
  async obeys(generation: number, maxLogBytes?: number): Promise<(command: string) => void> {
    return (await this.#shell(generation, maxLogBytes)).order;
  }

  async #shell(
    generation: number,
    maxLogBytes?: number,
  ): Promise<{ readonly launch: DrivenLaunch; readonly order: (command: string) => void }> {
    const orders = join(this.driver.state, `orders-${generation}`);
    execFileSync('mkfifo', [orders]);
    const script = `exec 3<>'${orders}'; while read -r command <&3; do eval "$command"; done`;
    const launch = await this.run(generation, script, maxLogBytes);
    const fd = openSync(orders, constants.O_RDWR | constants.O_NONBLOCK);
    this.#orders.push(fd);
    return {
      launch,
      order: (command) => {
        writeSync(fd, `${command}\n`);
      },
    };
  }

  override async close(): Promise<void> {
    await super.close();
    await this.driver.close();
    for (const fd of this.#orders.splice(0)) closeSync(fd);
  }
}
