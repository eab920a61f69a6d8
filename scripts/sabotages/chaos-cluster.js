/**
 * One-line faults of the engine for Kubernetes, to prove that the chaos test on a cluster would see them: `npm run chaos:prove`
 * in a cluster (scripts/cluster/cluster.sh run). The form is that of chaos.js.
 */
export const CLUSTER_SABOTAGES = [
  {
    name: 'what runs on a node that cannot be reached counts as ended',
    file: 'lib/kubernetes/launching/nodes.ts',
    find: 'some(({ key }) => key === OUT_OF_SERVICE)',
    replace: "some(({ key }) => key === OUT_OF_SERVICE || key.endsWith('/unreachable'))",
    ...{ column: 'taken for dead', rounds: 40 },
  },
  {
    name: 'a stop is confirmed before the pod has ended',
    file: 'lib/kubernetes/launching/kubernetes-process-host.ts',
    find: 'Promise.all([...targets].map((launch) => launch.stop(stop))),',
    replace: '[...targets].map((launch) => (void launch.stop(stop), null)),',
    ...{ column: 'orphans' },
  },
  {
    name: 'a command is confirmed although it is not stored',
    file: 'lib/control/commands/command-log.ts',
    find: 'store.commitIntentions({\n        put,',
    replace: 'store.commitIntentions({\n        put: [],',
    ...{ column: 'forgotten commands' },
  },
  {
    name: 'a host ends what it adopts',
    file: 'lib/kubernetes/launching/adoption.ts',
    find: 'if (running !== null && launch.launch === null) launch.adopt(running);',
    replace: "if (running !== null) { launch.adopt(running); void launch.stop({ signal: 'SIGTERM', graceMs: 500 }); }",
    ...{ column: 'disturbed services' },
  },
  {
    name: 'a stop deletes the pod without asking its shim',
    file: 'lib/kubernetes/launching/end-pod.ts',
    find: 'if (isRunning(pod)) return endByShim(ending, stop, context);',
    replace: 'if (isRunning(pod)) return false;',
    ...{ column: 'wrong exit codes', rounds: 20 },
  },
  {
    name: 'a launch that is stopped right after its program began is told as refused',
    file: 'lib/kubernetes/launching/launch-attempt.ts',
    find: "return result.type === 'launched' ? result : refused(failure);",
    replace: 'return refused(failure);',
    ...{ column: 'exits not told once', rounds: 40 },
  },
  {
    name: 'the last exit has the generation of the next launch',
    file: 'lib/control/queries/views.ts',
    find: 'lastExitView(context.lastExit)',
    replace: 'lastExitView({ ...context.lastExit, generation: context.generation })',
    ...{ column: 'wrong last exits' },
  },
  {
    name: 'output that is read again is kept again',
    file: 'lib/kubernetes/output/stamped-lines.ts',
    find: 'if (at < mark.at) return false;',
    replace: 'if (at < mark.at) return true;',
    ...{ column: 'log gaps' },
  },
  {
    name: 'what waits for the API server is not woken',
    file: 'lib/kubernetes/launching/attempts.ts',
    find: '    this.#options.reach.back();\n    for (const wake',
    replace: '    for (const wake',
    ...{ column: 'services not as intended', rounds: 20 },
  },
  {
    name: 'a host does not look for the pods of its launches',
    file: 'lib/kubernetes/launching/adoption.ts',
    find: 'const pod = await this.#podOf(launch, listed(launch.name));',
    replace: 'const pod = await this.#podOf(launch, listed(launch.name)).then(() => null as Pod | null);',
    ...{ column: 'taken for dead' },
  },
].map((one) => ({ ...one, seenBy: ['chaos'], fault: 'cluster' }));
