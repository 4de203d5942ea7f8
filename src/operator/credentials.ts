import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../net/error-code.ts';

/** A credential that the administrator mounted into the operator. */
export interface CredentialBinding {
  readonly name: string;
  /** The only hosts that it may be sent to, each with or without a port. */
  readonly hosts: readonly string[];
}

/** What a request needs to be let in; or why it must not be sent. */
export type Access =
  | { readonly kind: 'Access'; readonly headers: Readonly<Record<string, string>>; readonly ca: string | undefined }
  | { readonly kind: 'Refused'; readonly message: string };

/** Gives out the administrator's credentials, each to its own hosts only: whoever writes a plan chooses where its gates ask. */
export interface Credentials {
  accessTo(url: URL, credential: string | undefined): Promise<Access>;
}

/**
 * Credentials from files: `DIRECTORY/NAME/token`, or `username` and `password`, and `ca.crt` where the server's certificate is not one
 * that the system trusts. They are read each time, for the kubelet replaces them when the Secret changes.
 */
export function createCredentials(bindings: readonly CredentialBinding[], directory: string): Credentials {
  const hostsOf = new Map(bindings.map(({ name, hosts }) => [name, hosts.map((host) => host.toLowerCase())]));

  return {
    async accessTo(url, credential) {
      if (credential === undefined) return { kind: 'Access', headers: {}, ca: undefined };
      const hosts = hostsOf.get(credential);
      if (hosts === undefined) return refused(`the administrator has not given the operator a credential ${credential}`);
      const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
      if (!hosts.includes(url.hostname) && !hosts.includes(`${url.hostname}:${port}`)) {
        return refused(
          `the credential ${credential} is not for ${url.hostname}:${port}: the administrator bound it to other hosts`,
        );
      }
      const read = (file: string): Promise<string | undefined> => readIfThere(join(directory, credential, file));
      const [token, username, password, ca] = await Promise.all([
        read('token'),
        read('username'),
        read('password'),
        read('ca.crt'),
      ]);
      const authorization = authorizationOf(token?.trim(), username?.trim(), password);
      if (authorization === undefined && ca === undefined) {
        return refused(`the credential ${credential} has neither a token, nor a username and a password, nor a ca.crt`);
      }
      return { kind: 'Access', headers: authorization === undefined ? {} : { authorization }, ca };
    },
  };
}

function refused(message: string): Access {
  return { kind: 'Refused', message };
}

function authorizationOf(token: string | undefined, username: string | undefined, password = ''): string | undefined {
  if (token !== undefined && token !== '') return `Bearer ${token}`;
  if (username === undefined || username === '') return undefined;
  return `Basic ${Buffer.from(`${username}:${password.replace(/\r?\n$/, '')}`).toString('base64')}`;
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    // Without what it says: that may be a piece of the file.
    throw new Error(`a file of the credential cannot be read (${errorCode(error) ?? 'unknown error'})`, { cause: error });
  }
}
