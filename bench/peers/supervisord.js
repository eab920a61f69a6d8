import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { findProgram } from '../programs/programs.js';
import { timed, until } from './timing.js';

const READY_MS = 120_000;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function section({ name, program, args }, autostart, fifo) {
  return `[program:${name}]
command=${[program, ...args].join(' ')}
environment=COREDINATOR_SERVICE_ID="${name}",BENCH_FIFO="${fifo}"
autostart=${autostart}
autorestart=${args.length === 0}
startsecs=${args.length === 0 ? 1 : 0}
startretries=1000000
stopsignal=TERM
`;
}

/** A program that must live for a second is started again if it ends earlier: not so one that writes and ends. */
function configuration({ folder, services, fifo, autostart }, port) {
  return `[supervisord]
nodaemon=true
logfile=${folder}/supervisord.log
pidfile=${folder}/supervisord.pid
childlogdir=${folder}/logs
minfds=${services.length * 4 + 1024}
[inet_http_server]
port=127.0.0.1:${port}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
${services.map((service) => section(service, autostart, fifo)).join('')}`;
}

const value = (parameter) =>
  typeof parameter === 'boolean'
    ? `<value><boolean>${Number(parameter)}</boolean></value>`
    : `<value><string>${parameter}</string></value>`;

const callText = (method, parameters) =>
  `<?xml version="1.0"?><methodCall><methodName>supervisor.${method}</methodName><params>${parameters
    .map((parameter) => `<param>${value(parameter)}</param>`)
    .join('')}</params></methodCall>`;

/** Calls a method; resolves with the XML of the response. */
function call(agent, port, method, ...parameters) {
  const body = callText(method, parameters);
  const headers = { 'content-type': 'text/xml', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    const message = request({ port, host: '127.0.0.1', path: '/RPC2', method: 'POST', agent, headers }, (response) => {
      const chunks = [];
      response.on('error', reject);
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        if (response.statusCode === 200 && !text.includes('<fault>')) resolve(text);
        else
          reject(new Error(`supervisord: ${method} ${parameters.join(' ')} returned ${response.statusCode}: ${text}`));
      });
    });
    message.on('error', reject);
    message.end(body);
  });
}

/** The pids of the running services, by service, from the response of getAllProcessInfo. */
function pidsIn(text) {
  const member = (struct, name, type) =>
    new RegExp(`<name>${name}</name>\\s*<value><${type}>([^<]*)</${type}>`).exec(struct)?.[1];
  return new Map(
    text
      .split('<struct>')
      .slice(1)
      .filter((struct) => ['RUNNING', 'STARTING'].includes(member(struct, 'statename', 'string')))
      .map((struct) => [member(struct, 'name', 'string'), Number(member(struct, 'pid', 'int'))]),
  );
}

function requestText(port, method, ...parameters) {
  const body = callText(method, parameters);
  return `POST /RPC2 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: text/xml\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}

/** https://supervisord.org, from Debian's package, over its XML-RPC interface. */
export const supervisord = {
  name: 'supervisord',
  install: 'apt-get install supervisor',
  notes: [
    'supervisord: stdout and stderr of each service go through its process into files, as by default.',
    'supervisord: it restarts at a tick of one second; that is no delay that it could be given, so nothing is subtracted.',
  ],
  restartDelayMs: 0,
  version: () => {
    const path = findProgram('supervisord');
    return path === null ? null : spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout.trim();
  },
  async setUp(stage) {
    const { folder, services, env } = stage;
    const port = await freePort();
    mkdirSync(join(folder, 'logs'));
    const file = join(folder, 'supervisord.conf');
    writeFileSync(file, configuration(stage, port));
    let agent;
    let child;
    const rpc = (method, ...parameters) => call(agent, port, method, ...parameters);
    const up = async () => {
      agent = new Agent({ keepAlive: true, maxSockets: 16 });
      child = spawn(findProgram('supervisord'), ['-c', file], { stdio: 'ignore', env: { ...process.env, ...env } });
      await until(
        () =>
          rpc('getState').then(
            () => true,
            () => false,
          ),
        READY_MS,
        'supervisord answers',
      );
    };
    stage.begin();
    await up();
    return {
      pid: () => child.pid,
      start: (name) => timed(() => rpc('startProcess', name, false)),
      stop: (name) => timed(() => rpc('stopProcess', name, true)),
      startAll: () => timed(() => rpc('startAllProcesses', false)),
      known: async () => pidsIn(await rpc('getAllProcessInfo')),
      again: up,
      load: {
        port,
        status: requestText(port, 'getProcessInfo', services[0]?.name ?? ''),
        list: requestText(port, 'getAllProcessInfo'),
      },
      close: () => agent.destroy(),
    };
  },
};
