import type { Listen } from '../reporter/open-socket.ts';
import { asObject, asText } from '../core/json.ts';
import type { ContainerHost, ContainerStart, RunContainer, SocketHandler } from './cluster/kubelet/container.ts';
import type { SimulatedProcess } from './process/simulated-process.ts';
import { HostSockets, type SocketConnection } from './programs/host-sockets.ts';
import type { MailServers } from './programs/mail-servers.ts';
import { MemoryLedger } from './programs/memory-ledger.ts';
import type { MessageLog } from './programs/message-log.ts';
import type { OutsideServers } from './programs/outside-servers.ts';
import type { ProgramEnd } from './programs/program.ts';
import type { OnLog } from './programs/program-log.ts';
import { startAgent } from './programs/start-agent.ts';
import { startReporter } from './programs/start-reporter.ts';
import type { Identity } from './api-server/access/caller.ts';

/** What the containers of Baton's image work with. */
export interface BatonContainersPorts {
  /** Creates the process of a program on a host. */
  readonly createProcess: (name: string, host: ContainerHost, identity: Identity) => SimulatedProcess;
  readonly servers: OutsideServers;
  readonly mail: MailServers;
  readonly messages: MessageLog;
  readonly onLog?: OnLog;
  /** Called when a program has ended otherwise than by a signal. */
  readonly onFailure: (program: string, end: ProgramEnd) => void;
}

/** Runs the containers of Baton's image: agents and reporters. */
export function batonContainers(ports: BatonContainersPorts): RunContainer {
  const sockets = new Map<string, HostSockets>();
  const ledgers = new Map<string, MemoryLedger>();
  let serial = 0;

  function onThisBoot<T>(map: Map<string, T>, { name, bootId }: ContainerHost, create: () => T): T {
    const key = `${name}/${bootId}`;
    const value = map.get(key) ?? create();
    map.set(key, value);
    return value;
  }

  function startProgram(start: ContainerStart, process: SimulatedProcess): Promise<ProgramEnd> | undefined {
    const { host, env } = start;
    const log = ports.onLog === undefined ? {} : { onLog: ports.onLog };
    switch (start.args[0]) {
      case 'agent': {
        if (start.args.includes('--test')) return undefined;
        const files = { read: (path: string) => readFile(start, path) };
        const { servers, mail, messages } = ports;
        return startAgent(process, { env, files, servers, mail, messages, ...log });
      }
      case 'reporter': {
        const own = onThisBoot(sockets, host, () => new HostSockets());
        const ledger = onThisBoot(ledgers, host, () => new MemoryLedger());
        return startReporter(process, { env, sockets: { listenIn: (by) => listenOnHost(start, own, by) }, ledger, ...log });
      }
      default:
        return undefined;
    }
  }

  return (start) => {
    const { host, pod } = start;
    serial += 1;
    const name = `${start.args[0] ?? ''}/${host.name}/${serial}`;
    const process = ports.createProcess(name, host, identityOf(start));
    const ending = startProgram(start, process);
    if (ending === undefined) {
      start.failToStart(`the simulation does not run \`baton ${start.args.join(' ')}\``);
      return;
    }
    start.onTerminate(() => process.terminate());
    start.onKill(() => process.kill());
    void ending.then((end) => {
      if (end.kind === 'Killed') {
        start.exit(137);
        return;
      }
      if (end.kind === 'Failed') ports.onFailure(`${name} (${pod.metadata.name ?? ''})`, end);
      start.exit(end.exitCode, end.kind === 'Failed' ? end.error.message : '');
    });
  };
}

/** The identity that the ServiceAccount's token gives a container. */
function identityOf({ pod, host }: ContainerStart): Identity {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  const account = asText(asObject(pod['spec'])['serviceAccountName']);
  return {
    user: `system:serviceaccount:${namespace}:${account === '' ? 'default' : account}`,
    extra: {
      'authentication.kubernetes.io/node-name': host.name,
      'authentication.kubernetes.io/pod-name': name,
      'authentication.kubernetes.io/pod-uid': uid,
    },
  };
}

function readFile({ files }: ContainerStart, path: string): Promise<Buffer> {
  const content = files.read(path);
  if (content !== undefined) return Promise.resolve(Buffer.from(content));
  return Promise.reject(Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' }));
}

/** Opens sockets that everybody who has mounted their directory finds on the host. */
function listenOnHost({ host, hostPaths }: ContainerStart, sockets: HostSockets, process: SimulatedProcess): Listen {
  const listen = sockets.listenIn(process);
  return (path, answer) => {
    host.sockets.set(onHost(hostPaths, path), forwardTo(sockets.connect(path)));
    return listen(path, answer);
  };
}

function forwardTo(connection: SocketConnection): SocketHandler {
  return async ({ method, path, headers = {}, body }) => {
    const [route = '/', query = ''] = path.split('?', 2);
    const seconds = /wait=(?<seconds>\d+)/.exec(headers['prefer'] ?? '')?.groups?.['seconds'];
    const answer = await connection.request({
      method: method === 'GET' ? 'GET' : 'POST',
      ...{ path: route, query },
      ...(body === undefined ? {} : { body: JSON.parse(body) as object }),
      ...(seconds === undefined ? {} : { waitSeconds: Number(seconds) }),
    });
    return { status: answer.status, body: JSON.stringify(answer.body) };
  };
}

/** The host's path of a path in a container; the same path when nothing is mounted there. */
function onHost(hostPaths: ReadonlyMap<string, string>, path: string): string {
  const [mount] = [...hostPaths]
    .filter(([inside]) => path === inside || path.startsWith(`${inside}/`))
    .toSorted(([a], [b]) => b.length - a.length);
  return mount === undefined ? path : mount[1] + path.slice(mount[0].length);
}
