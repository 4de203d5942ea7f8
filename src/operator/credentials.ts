import { join } from 'node:path';
import type { ReadFile } from '../api/read-file.ts';
import { errorCode } from '../net/error-code.ts';

/** A credential that the administrator has mounted into the operator. */
export interface CredentialBinding {
  readonly name: string;
  /** The only hosts that the credential may be sent to, each with or without a port. */
  readonly hosts: readonly string[];
}

/** What authenticates a request, or why the request must not be sent. */
export type Access =
  | { readonly kind: 'Granted'; readonly headers: Readonly<Record<string, string>>; readonly ca: string | undefined }
  | { readonly kind: 'Denied'; readonly message: string };

/** Provides the administrator's credentials, each for its own hosts only: the author of a plan chooses where its gates send requests. */
export interface Credentials {
  accessTo(url: URL, credential: string | undefined): Promise<Access>;
}

/**
 * Reads credentials from `DIRECTORY/NAME/`: `token`, or `username` and `password`, and `ca.crt` if the system does not trust the server's
 * certificate. The files are read for each request, because the kubelet replaces them when the Secret changes.
 */
export function createCredentials(bindings: readonly CredentialBinding[], directory: string, readFile: ReadFile): Credentials {
  const hostsOf = new Map(bindings.map(({ name, hosts }) => [name, hosts.map((host) => host.toLowerCase())]));

  return {
    async accessTo(url, credential) {
      if (credential === undefined) return { kind: 'Granted', headers: {}, ca: undefined };
      const hosts = hostsOf.get(credential);
      if (hosts === undefined)
        return denied(`the operator has no credential ${credential}; an administrator can add it in gates.credentials`);
      const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
      if (!hosts.includes(url.hostname) && !hosts.includes(`${url.hostname}:${port}`)) {
        return denied(
          `the credential ${credential} may not be sent to ${url.hostname}:${port}; an administrator can add the host in gates.credentials`,
        );
      }
      const read = (file: string): Promise<string | undefined> =>
        readIfExists(readFile, join(directory, credential, file), `credential ${credential}, file ${file}`);
      const [token, username, password, ca] = await Promise.all([
        read('token'),
        read('username'),
        read('password'),
        read('ca.crt'),
      ]);
      const authorization = authorizationOf(token?.trim(), username?.trim(), password);
      if (authorization === undefined && ca === undefined) {
        return denied(`the credential ${credential} is empty: its Secret needs token, or username and password, or ca.crt`);
      }
      return { kind: 'Granted', headers: authorization === undefined ? {} : { authorization }, ca };
    },
  };
}

function denied(message: string): Access {
  return { kind: 'Denied', message };
}

function authorizationOf(token: string | undefined, username: string | undefined, password = ''): string | undefined {
  if (token !== undefined && token !== '') return `Bearer ${token}`;
  if (username === undefined || username === '') return undefined;
  return `Basic ${Buffer.from(`${username}:${password.replace(/\r?\n$/, '')}`).toString('base64')}`;
}

async function readIfExists(readFile: ReadFile, path: string, what: string): Promise<string | undefined> {
  try {
    return (await readFile(path)).toString('utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    // The message names no path and no content, because it becomes part of the plan's status.
    throw new Error(`${what}: cannot be read (${errorCode(error) ?? 'unknown error'}); check how the Secret is mounted`, {
      cause: error,
    });
  }
}
