/** The file system of the state directory is full for a while; the host may be killed, and the next one starts on it. */
export const disk = {
  name: 'disk',
  missing: (options) => (options.disk === null ? 'no small file system can be mounted (tmpfs, root)' : null),

  draw(dice) {
    return { moment: 'alive', isRestarted: dice.chance(30), lastsMs: dice.between(200, 1_500) };
  },

  async inject(world, { isRestarted, lastsMs }) {
    const { plant } = world;
    plant.disk.fill();
    if (isRestarted) await world.restart();
    return {
      how: isRestarted ? 'full, and the host is killed' : 'full',
      sees: null, // it is noticed by the next write; the commands of the round make one
      ...{ keepsCommandsOut: true, lastsMs },
      undo: async () => {
        plant.disk.empty();
        if (world.host.isOver) await world.restart();
      },
    };
  },
};
