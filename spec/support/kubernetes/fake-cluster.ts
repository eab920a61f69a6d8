import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { json as jsonOf } from 'node:stream/consumers';
import type { ClusterNode, ContainerState, Pod } from '../../../lib/kubernetes/api/objects.ts';
import { permitName } from '../../../lib/kubernetes/pods/names.ts';
import { ownerOf } from '../../../lib/kubernetes/pods/pod-state.ts';

interface Stored {
  readonly kind?: string;
  readonly metadata: Pod['metadata'];
  readonly [part: string]: unknown;
}
interface Change {
  readonly version: number;
  readonly collection: string;
  readonly line: string;
}

const EXIT_OF_SIGTERM = 143;

/**
 * An API server with the objects of one namespace, one node and no kubelet: a pod runs as soon as it is created with its
 * permit, and ends when it is deleted or a spec says so. It can go away and come back, as it was, on the same port.
 */
export class FakeCluster {
  /** Every request, also those that found it away. */
  requests = 0;
  /** Whether pods that are deleted end at once. */
  endsDeleted = true;
  /** Whether the containers of new pods run at once; otherwise a kubelet is creating them until `run`. */
  runsCreated = true;
  /** The answer to the next creation of a pod gets lost, after it was carried out; called then. */
  loseAnswer: (() => void) | null = null;
  readonly #objects = new Map<string, Stored>();
  readonly #changes: Change[] = [];
  readonly #watches = new Map<ServerResponse, string>();
  readonly #follows = new Map<ServerResponse, string>();
  readonly #logs = new Map<string, string[]>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #version = 1;
  #isAway = false;
  #hasLogs = true;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
    this.#server.on('connection', (socket) => {
      if (this.#isAway) this.requests += 1;
      if (this.#isAway) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.putNode('n1', 'True');
  }

  static async open(): Promise<FakeCluster> {
    const cluster = new FakeCluster();
    await new Promise<void>((resolve) => cluster.#server.listen(0, '127.0.0.1', resolve));
    return cluster;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  /** From now on connections are broken off at once. */
  goAway(): void {
    this.#isAway = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  comeBack(): void {
    this.#hasLogs = true;
    this.#isAway = false;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** How many pods are followed. */
  get follows(): number {
    return this.#follows.size;
  }

  /** From now on nobody can read output, until it comes back from being away. */
  cutFollows(): void {
    this.#hasLogs = false;
    for (const response of this.#follows.keys()) response.destroy();
    this.#follows.clear();
  }

  pods(): readonly Pod[] {
    return this.#in('pods');
  }

  names(collection: string): readonly string[] {
    return this.#in(collection).map(({ metadata }) => metadata.name);
  }

  putNode(name: string, ready: string): void {
    const condition = { type: 'Ready', status: ready, lastTransitionTime: new Date().toISOString() };
    const node: ClusterNode = { metadata: { name, uid: name }, status: { conditions: [condition] } };
    this.#put(`/api/v1/nodes/${name}`, node as unknown as Stored);
  }

  removeNode(name: string): void {
    this.#remove(`/api/v1/nodes/${name}`);
  }

  /** As `kubectl delete pod` does. */
  async deleteAsOthersDo(name: string): Promise<void> {
    await fetch(`${this.url}/api/v1/namespaces/plant/pods/${name}`, { method: 'DELETE' });
  }

  /** The container of a pod has ended, with what its shim says. */
  end(name: string, code: number, record: object | null = { code, signal: null }): void {
    const pod = this.#pod(name);
    if (pod === null) throw new Error(`There is no pod "${name}".`);
    const launch = ownerOf(pod)?.launchId;
    const end = Date.now();
    const message = record === null ? '' : `${JSON.stringify({ launch, pid: 7, exec_errno: 0, end, ...record })}\n`;
    const at = new Date(end).toISOString();
    this.#state(pod, 'Failed', { terminated: { exitCode: code, reason: 'Error', message, finishedAt: at } });
    for (const [response, followed] of this.#follows) if (followed === name) response.end();
  }

  /** Commands in containers are answered by this from now on; before, there are none. */
  onExec(answer: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void {
    this.#server.on('upgrade', answer);
  }

  /** A pod of the world before, as it is. */
  putPod(pod: Pod): void {
    this.#put(`/api/v1/namespaces/plant/pods/${pod.metadata.name}`, pod as unknown as Stored);
  }

  write(name: string, line: string): void {
    const stamped = `${new Date().toISOString()} ${line}\n`;
    this.#logs.set(name, [...(this.#logs.get(name) ?? []), stamped]);
    for (const [response, followed] of this.#follows) if (followed === name) response.write(stamped);
  }

  #pod(name: string): Pod | null {
    return (this.#objects.get(`/api/v1/namespaces/plant/pods/${name}`) as unknown as Pod | undefined) ?? null;
  }

  #in(collection: string): readonly Stored[] {
    return [...this.#objects].flatMap(([path, object]) => (path.includes(`/${collection}/`) ? [object] : []));
  }

  #state(pod: Pod, phase: string, state: ContainerState): void {
    const status = { phase, podIP: '127.0.0.1', containerStatuses: [{ name: 'main', state }] };
    this.putPod({ ...pod, status });
  }

  #put(path: string, object: Stored): void {
    const type = this.#objects.has(path) ? 'MODIFIED' : 'ADDED';
    const metadata = { ...object.metadata, resourceVersion: String((this.#version += 1)) };
    const stored: Stored = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#publish(path, type, stored);
    const { deletionTimestamp, finalizers = [] } = metadata;
    const isOver = JSON.stringify(stored['status'] ?? '').includes('terminated');
    if (deletionTimestamp !== undefined && finalizers.length === 0 && (isOver || stored.kind !== 'Pod')) {
      this.#remove(path);
    }
  }

  #remove(path: string): void {
    const object = this.#objects.get(path);
    if (object === undefined) return;
    this.#objects.delete(path);
    const metadata = { ...object.metadata, resourceVersion: String((this.#version += 1)) };
    this.#publish(path, 'DELETED', { ...object, metadata });
  }

  #publish(path: string, type: string, object: Stored): void {
    const collection = path.slice(0, path.lastIndexOf('/'));
    const change = { version: this.#version, collection, line: `${JSON.stringify({ type, object })}\n` };
    this.#changes.push(change);
    for (const [response, watched] of this.#watches) if (watched === collection) response.write(change.line);
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.requests += 1;
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://x');
    const body = request.method === 'GET' ? null : await jsonOf(request).catch(() => null);
    const answer = (status: number, value: unknown): void => {
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
    };
    const refuse = (code: number, reason: string): void => {
      answer(code, { kind: 'Status', code, reason, message: `${pathname}: ${reason}` });
    };
    const object = this.#objects.get(pathname);
    if (request.method === 'POST') {
      const made = body as Stored; // as the product sends it
      const path = `${pathname}/${made.metadata.name}`;
      if (this.#objects.has(path)) refuse(409, 'AlreadyExists');
      else {
        this.#create(path, made);
        const lost = made.kind === 'Pod' ? this.loseAnswer : null;
        if (lost === null) answer(201, this.#objects.get(path));
        else {
          this.loseAnswer = null;
          response.destroy();
          lost();
        }
      }
    } else if (pathname.endsWith('/log') && !this.#hasLogs) refuse(500, 'InternalError');
    else if (pathname.endsWith('/log')) this.#follow(pathname.split('/').at(-2) ?? '', searchParams, response);
    else if (searchParams.has('watch')) this.#watch(pathname, Number(searchParams.get('resourceVersion')), response);
    else if (/\/(pods|secrets|configmaps|nodes)$/.test(pathname)) answer(200, this.#list(pathname, searchParams));
    else if (/^\/api\/v1\/namespaces\/[^/]+$/.test(pathname)) answer(200, { metadata: { name: 'plant', uid: 'ns' } });
    else if (object === undefined) refuse(404, 'NotFound');
    else if (request.method === 'GET') answer(200, object);
    else if (request.method === 'DELETE') {
      this.#delete(pathname, object, body as { readonly preconditions?: { readonly uid?: string } } | null);
      answer(200, object);
    } else {
      this.#put(pathname, { ...object, metadata: { ...object.metadata, finalizers: [] } }); // the only patch
      answer(200, object);
    }
  }

  #create(path: string, made: Stored): void {
    const uid = `uid-${(this.#version += 1)}`;
    const whole = { ...made, metadata: { ...made.metadata, uid } };
    this.#put(path, whole);
    if (made.kind !== 'Pod') return;
    const pod = { ...whole, spec: { ...(made['spec'] as object), nodeName: 'n1' } } as unknown as Pod;
    const mayRun = this.#isPermitted(pod);
    setImmediate(() => {
      if (!mayRun) return;
      if (this.runsCreated) this.#run(pod);
      else this.#state(pod, 'Pending', { waiting: { reason: 'ContainerCreating' } });
    });
  }

  #isPermitted(pod: Pod): boolean {
    const launchId = ownerOf(pod)?.launchId;
    return launchId !== undefined && this.names('secrets').includes(permitName(launchId));
  }

  /** The container of a pod has been created. */
  run(name: string): void {
    const pod = this.#pod(name);
    if (pod === null) throw new Error(`There is no pod "${name}".`);
    this.#run(pod);
  }

  #run(pod: Pod): void {
    this.#state(pod, 'Running', { running: { startedAt: new Date().toISOString() } });
  }

  #delete(path: string, object: Stored, options: { readonly preconditions?: { readonly uid?: string } } | null): void {
    if (options?.preconditions?.uid !== undefined && options.preconditions.uid !== object.metadata.uid) return;
    if (object.kind !== 'Pod') {
      this.#remove(path);
      return;
    }
    this.#put(path, { ...object, metadata: { ...object.metadata, deletionTimestamp: new Date().toISOString() } });
    const status = JSON.stringify(object['status']);
    if (status.includes('terminated') || !this.endsDeleted) return;
    if (status.includes('waiting')) {
      const pod = this.#pod(object.metadata.name);
      // It never ran. A kubelet of 1.20 that waits for a Secret never says so.
      if (pod !== null && this.#isPermitted(pod)) this.putPod({ ...pod, status: { phase: 'Failed' } });
    } else {
      this.end(object.metadata.name, EXIT_OF_SIGTERM, { code: null, signal: 15 });
    }
  }

  #list(path: string, query: URLSearchParams): object {
    const name = /metadata\.name=(.*)/.exec(query.get('fieldSelector') ?? '')?.[1];
    const items = [...this.#objects].flatMap(([one, object]) =>
      one.startsWith(`${path}/`) && (name === undefined || object.metadata.name === name) ? [object] : [],
    );
    return { metadata: { resourceVersion: String(this.#version) }, items };
  }

  #watch(collection: string, since: number, response: ServerResponse): void {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.flushHeaders();
    for (const { version, line, collection: changed } of this.#changes)
      if (version > since && changed === collection) response.write(line);
    this.#watches.set(response, collection);
    response.once('close', () => this.#watches.delete(response));
  }

  #follow(name: string, query: URLSearchParams, response: ServerResponse): void {
    const since = (query.get('sinceTime') ?? '').slice(0, 19);
    response.writeHead(200);
    response.flushHeaders();
    for (const line of this.#logs.get(name) ?? []) if (line.slice(0, 19) >= since) response.write(line);
    const isRunning = JSON.stringify(this.#pod(name)?.status ?? '').includes('"running"');
    if (query.get('follow') !== 'true' || !isRunning) {
      response.end();
      return;
    }
    this.#follows.set(response, name);
    response.once('close', () => this.#follows.delete(response));
  }
}
