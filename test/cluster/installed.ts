import { accessSync, constants, existsSync, readFileSync, realpathSync } from 'node:fs';
import { delimiter, join } from 'node:path';

// Debian keeps some commands where the PATH of a service or of `su` does not look; go.dev's archive is unpacked to the last one.
const extraFolders = ['/usr/sbin', '/sbin', '/usr/bin', '/bin', '/usr/local/go/bin'];

/** The path of an installed command, or undefined. */
export function findCommand(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...extraFolders];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        // Not in this folder.
        return false;
      }
    });
}

/** Where distributions put the CNI plugins. */
export const pluginFolders = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];

/** The folder that holds the CNI plugins, or undefined. */
export function findPluginFolder(): string | undefined {
  return pluginFolders.find((folder) => ['bridge', 'host-local', 'loopback'].every((name) => existsSync(join(folder, name))));
}

/** The path of a busybox that runs in an image without libraries, or undefined. */
export function findStaticBusybox(): string | undefined {
  const found = findCommand('busybox');
  if (found === undefined) return undefined;
  const path = realpathSync(found);
  // A dynamic executable names its loader near its start.
  return readFileSync(path).subarray(0, 4096).includes('/ld-') ? undefined : path;
}

const authorityFiles = ['/etc/ssl/certs/ca-certificates.crt', '/etc/pki/tls/certs/ca-bundle.crt'];

/** The file of the certificate authorities that this machine trusts, or undefined. */
export function findAuthorities(): string | undefined {
  return authorityFiles.find((path) => existsSync(path));
}
