import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBinaries } from '../../cluster/binaries.ts';
import { binaryNames, binarySources, type BinaryName } from '../../cluster/versions.ts';

const MODULE = fileURLToPath(new URL('../../cluster/binaries.ts', import.meta.url));

/**
 * A go command that records each build and writes an executable for each package, under the name that the real one gives it. Like
 * `go build -v`, it names a compiled package on standard error. The package that $BREAK names does not compile.
 */
const FAKE_GO = `#!/bin/sh
if [ "$1" = env ]; then echo go1.99.0; exit 0; fi
printf '%s|' "$PWD" "$@" >> "$CALLS"; echo >> "$CALLS"
while [ $# -gt 0 ]; do
  case $1 in
    -ldflags | -tags) flags="$flags $2"; shift ;;
    -o) output=$2; shift ;;
    -*) ;;
    build) ;;
    *) packages="$packages $1" ;;
  esac
  shift
done
sleep "\${SECONDS_A_BUILD:-0}"
echo unicode/utf8 >&2
for package in $packages; do
  if [ "$package" = "$BREAK" ]; then
    echo "# $package" >&2
    echo "main.go:1:1: undefined: everything" >&2
    exit 1
  fi
  name=\${package##*/}
  [ "$name" = v3 ] && name=server
  printf '#!/bin/sh\\necho %s\\n' "$package" > "$output/$name" && chmod +x "$output/$name"
done
`;

const before = { ...process.env };
let folder: string;
let calls: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'baton-build-'));
  calls = join(folder, 'calls');
  const programs = join(folder, 'programs');
  mkdirSync(programs);
  writeFileSync(join(programs, 'go'), FAKE_GO);
  chmodSync(join(programs, 'go'), 0o755);
  process.env['PATH'] = `${programs}${delimiter}/usr/bin${delimiter}/bin`;
  process.env['BATON_CACHE_DIR'] = join(folder, 'cache');
  process.env['CALLS'] = calls;
  delete process.env['KUBEBUILDER_ASSETS'];
});
afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
});

/** The builds so far: the module's folder, and the packages. */
function builds(): readonly { module: string | undefined; packages: readonly string[]; args: readonly string[] }[] {
  if (!existsSync(calls)) return [];
  const lines = readFileSync(calls, 'utf8').trim().split('\n');
  return lines.map((line) => {
    const [directory, ...args] = line.split('|').slice(0, -1);
    return { module: directory?.split('/').at(-1), packages: args.slice(args.indexOf('-o') + 2), args };
  });
}

function packagesOf(...names: readonly BinaryName[]): readonly string[] {
  return names.map((name) => binarySources[name].package);
}

describe('The programs of the test cluster', () => {
  it('are built with one command for each Go module', async () => {
    const paths = await ensureBinaries(binaryNames);

    expect(builds().map(({ module, packages }) => ({ module, packages }))).toEqual([
      {
        module: 'kubernetes',
        packages: packagesOf('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubelet', 'kubectl'),
      },
      { module: 'containerd', packages: packagesOf('containerd', 'containerd-shim-runc-v2', 'ctr') },
      { module: 'kwok', packages: packagesOf('kwok') },
      { module: 'helm', packages: packagesOf('helm') },
      { module: 'alertmanager', packages: packagesOf('alertmanager') },
    ]);
    for (const name of binaryNames) {
      expect(paths[name]).toBe(join(folder, 'cache', 'bin', `${name}-${binarySources[name].version}`, name));
      expect(readFileSync(paths[name], 'utf8')).toContain(`echo ${binarySources[name].package}\n`);
    }
  });

  it('get the version and the tags of their module', async () => {
    await ensureBinaries(['ctr', 'kubectl']);

    const [containerd, kubernetes] = builds();
    expect(kubernetes?.args.join(' ')).toContain(`component-base/version.gitVersion=v${binarySources.kubectl.version} `);
    expect(kubernetes?.args).not.toContain('-tags');
    expect(containerd?.args.join(' ')).toContain(`version.Version=v${binarySources.ctr.version} -tags no_btrfs,`);
  });

  it('are built once: only what is missing is built later, and nothing when all are there', async () => {
    await ensureBinaries(['etcd', 'kube-apiserver']);
    await ensureBinaries(['etcd', 'kube-apiserver', 'kubelet']);
    await ensureBinaries(['etcd', 'kubelet']);

    expect(builds().map(({ packages }) => packages)).toEqual([packagesOf('etcd', 'kube-apiserver'), packagesOf('kubelet')]);
  });

  it('leave nothing but themselves in the cache', async () => {
    await ensureBinaries(['etcd', 'kwok']);

    expect(readdirSync(join(folder, 'cache', 'bin')).toSorted()).toEqual(
      [`etcd-${binarySources.etcd.version}`, `kwok-${binarySources.kwok.version}`].toSorted(),
    );
  });

  it('are announced with their versions, and counted by module', async () => {
    const lines: string[] = [];

    await ensureBinaries(['etcd', 'kubelet', 'helm'], (line) => lines.push(line));

    const both = `etcd ${binarySources.etcd.version}, kubelet ${binarySources.kubelet.version}`;
    expect(lines).toEqual([
      expect.stringMatching(/^3 programs are built once, into .*: about \d+ minutes on two cores$/),
      expect.stringMatching(
        new RegExp(`^\\[1/2\\] building ${both} \\(first build only, about \\d+ (seconds|minutes) on two cores\\)$`),
      ),
      expect.stringMatching(new RegExp(`^\\[1/2\\] built ${both} in \\d+ seconds$`)),
      expect.stringMatching(/^\[2\/2\] building helm /),
      expect.stringMatching(/^\[2\/2\] built helm /),
    ]);
  });

  it('are not in the cache when their module does not compile, and the error has what the compiler said', async () => {
    process.env['BREAK'] = binarySources.kubelet.package;

    const packages = packagesOf('etcd', 'kubelet').join(' ');
    await expect(ensureBinaries(['etcd', 'kubelet'])).rejects.toThrow(
      new RegExp(
        `^go build of ${packages} in .*/tools/kubernetes exited with 1:\n# ${binarySources.kubelet.package}\nmain.go:1:1: undefined: everything$`,
      ),
    );

    expect(readdirSync(join(folder, 'cache', 'bin'))).toEqual([]);
  });

  it('are built by one process while another one waits for them', async () => {
    const script = `import { ensureBinaries } from ${JSON.stringify(MODULE)};
      await ensureBinaries(['etcd', 'kubelet'], (line) => process.stdout.write(line + '\\n'));`;
    const run = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
          env: { ...process.env, SECONDS_A_BUILD: '1' },
        });
        let said = '';
        child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
        child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
        child.on('error', reject);
        child.on('close', (code) => (code === 0 ? resolve(said) : reject(new Error(said))));
      });

    const said = (await Promise.all([run(), run()])).join('');

    expect(builds()).toHaveLength(1);
    expect(said).toMatch(/\[1\/1\] waiting for process \d+, which is building programs of kubernetes\n/);
  }, 30_000);
});
