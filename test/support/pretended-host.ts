import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Json } from '../../src/core/json.ts';
import { findStaticBusybox } from '../cluster/installed.ts';
import { runCommand, type CommandResult } from '../cluster/run-command.ts';

/** What the commands of the host do when a script calls them, beside being recorded: shell scripts by the command's name. */
export type Commands = Readonly<Record<string, string>>;

/** The parts of a container that decide what it does to a host. */
interface Container {
  readonly command?: readonly string[];
  readonly args?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext?: { readonly privileged?: boolean };
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
}

interface PodSpec {
  readonly containers: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly hostPath?: { readonly path: string } }[];
}

/** Programs that no script may find in its container, whatever it calls by mistake. */
const MASKED = [
  'systemctl',
  'reboot',
  'shutdown',
  'poweroff',
  'halt',
  'init',
  'telinit',
  'dpkg',
  'apt',
  'apt-get',
  'fwupdmgr',
  'update-grub',
];
const MACHINE_DIRECTORIES = ['usr', 'bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Replaces $(NAME) by a variable of the container, and $$ by $, as the kubelet does. Anything else is left to the shell. */
function expand(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replaceAll(/\$\$|\$\((?<name>[^)]*)\)/g, (found, name: string | undefined) =>
    name === undefined ? '$' : (variables.get(name) ?? found),
  );
}

/**
 * A host without systemd, packages or a boot loader, for the scripts of upgrades. Its root has a shell and commands that record
 * their calls. Containers run on the machine's own Debian, read-only, in namespaces of their own; nothing of the machine changes.
 * Needs root.
 */
export class PretendedHost {
  readonly #directory = mkdtempSync(join(tmpdir(), 'baton-host-'));

  constructor(commands: Commands) {
    const busybox = findStaticBusybox();
    if (busybox === undefined) throw new Error('a static busybox is not installed. Run: apt-get install -y busybox-static');
    this.write('/bin/busybox', readFileSync(busybox));
    chmodSync(this.path('/bin/busybox'), 0o755);
    for (const name of ['sh', 'cat']) symlinkSync('busybox', this.path(`/bin/${name}`));
    for (const [name, script] of Object.entries(commands)) {
      this.write(`/usr/bin/${name}`, `#!/bin/sh\necho "${name}\${*:+ $*}" >> /calls\n${script}\n`);
      chmodSync(this.path(`/usr/bin/${name}`), 0o755);
    }
    this.write('/calls', '');
  }

  /** The place of a path of the host on the machine. */
  path(path: string): string {
    return join(this.#directory, 'host', path);
  }

  /** Writes a file of the host. */
  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), content);
  }

  /** A file of the host; undefined if there is none. */
  read(path: string): string | undefined {
    return existsSync(this.path(path)) ? readFileSync(this.path(path), 'utf8') : undefined;
  }

  /** The calls of the host's commands so far, each with its arguments. */
  get calls(): readonly string[] {
    return readFileSync(this.path('/calls'), 'utf8').split('\n').slice(0, -1);
  }

  /** Runs the first container of a Pod, as a kubelet would on this host, and gives its exit code and its log. */
  async runPod(podSpec: Json): Promise<CommandResult> {
    const { containers, volumes = [] } = podSpec as unknown as PodSpec;
    const [container] = containers;
    if (container === undefined) throw new Error('the Pod has no container');
    const variables = new Map(container.env?.map(({ name, value = '' }) => [name, value]));
    const mounts = (container.volumeMounts ?? []).map(({ name, mountPath }) => {
      const hostPath = volumes.find((volume) => volume.name === name)?.hostPath?.path;
      if (hostPath === undefined) throw new Error(`the volume ${name} is not a hostPath`);
      if (hostPath === '/' && container.securityContext?.privileged !== true) {
        throw new Error('a container that works on the whole host has to be privileged');
      }
      return { from: this.path(hostPath), to: mountPath };
    });
    const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) => expand(word, variables));
    return this.#run(words, { variables, mounts, path: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin' });
  }

  /** Runs a script on the host itself: a machine with Debian's programs, where the host's commands come first. */
  async runScript(script: string, directories: readonly string[]): Promise<CommandResult> {
    const mounts = ['/usr/bin', ...directories].map((path) => ({
      from: this.path(path),
      to: path === '/usr/bin' ? '/stubs' : path,
    }));
    const calls = { from: this.path('/calls'), to: '/calls' };
    return this.#run(['sh', '-c', script], { variables: new Map(), mounts: [...mounts, calls], path: '/stubs:/usr/bin:/bin' });
  }

  async #run(
    words: readonly string[],
    options: {
      readonly variables: ReadonlyMap<string, string>;
      readonly mounts: readonly { readonly from: string; readonly to: string }[];
      readonly path: string;
    },
  ): Promise<CommandResult> {
    const root = mkdtempSync(join(this.#directory, 'container-'));
    const inside = (path: string): string => quote(join(root, path));
    const machine = MACHINE_DIRECTORIES.filter((name) => existsSync(`/${name}`)).map((name) =>
      lstatSync(`/${name}`).isSymbolicLink()
        ? `ln -s ${quote(readlinkSync(`/${name}`))} ${inside(name)}`
        : `mkdir ${inside(name)} && mount --bind /${name} ${inside(name)} && mount -o remount,bind,ro ${inside(name)}`,
    );
    const masks = MASKED.flatMap((name) => ['usr/bin', 'usr/sbin'].map((folder) => join(folder, name)))
      .filter((path) => existsSync(`/${path}`))
      .map((path) => `mount --bind /dev/null ${inside(path)}`);
    const mounts = options.mounts.map(({ from, to }) => {
      if (!existsSync(from)) mkdirSync(from, { recursive: true });
      const target = lstatSync(from).isDirectory()
        ? `mkdir -p ${inside(to)}`
        : `mkdir -p ${inside(dirname(to))} && touch ${inside(to)}`;
      return `${target} && mount --rbind ${quote(from)} ${inside(to)}`;
    });
    const environment = [['PATH', options.path], ...options.variables].map(([name, value]) => quote(`${name}=${value}`));
    const script = [
      'set -e',
      `mkdir ${inside('proc')} ${inside('dev')} ${inside('tmp')} ${inside('etc')}`,
      ...machine,
      ...masks,
      `mount -t proc proc ${inside('proc')}`,
      `touch ${inside('dev/null')} && mount --bind /dev/null ${inside('dev/null')}`,
      ...mounts,
      `exec chroot ${quote(root)} env -i ${environment.join(' ')} ${words.map(quote).join(' ')} 2>&1`,
    ].join('\n');
    const namespaces = [
      '--mount',
      '--propagation',
      'private',
      '--pid',
      '--fork',
      '--kill-child=SIGKILL',
      '--net',
      '--uts',
      '--ipc',
    ];
    return runCommand('unshare', [...namespaces, 'sh', '-c', script], { timeoutMs: 60_000 });
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true });
  }
}
