import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterDirectory } from './locations.ts';
import { mustRun } from './run-command.ts';

/** Paths of a private key and its certificate. */
export interface KeyPair {
  readonly key: string;
  readonly certificate: string;
}

/** The folder of all keys and certificates of a cluster. */
export function certificatesDirectory(cluster: string): string {
  return join(clusterDirectory(cluster), 'pki');
}

/** Where a named key pair is, made or not. */
export function keyPair(cluster: string, name: string): KeyPair {
  const directory = certificatesDirectory(cluster);
  return { key: join(directory, `${name}.key`), certificate: join(directory, `${name}.crt`) };
}

// The system's openssl.cnf would add extensions of its own.
const minimalConfig = '[req]\ndistinguished_name = subject\n[subject]\n';

function configPath(cluster: string): string {
  return join(certificatesDirectory(cluster), 'openssl.cnf');
}

const fresh = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '365', '-sha256'];

/** Makes the cluster's certificate authority and its key for service account tokens. */
export async function createAuthority(cluster: string): Promise<void> {
  mkdirSync(certificatesDirectory(cluster), { recursive: true, mode: 0o700 });
  writeFileSync(configPath(cluster), minimalConfig);
  const authority = keyPair(cluster, 'ca');
  await mustRun('openssl', [
    ...fresh,
    '-config',
    configPath(cluster),
    '-keyout',
    authority.key,
    '-out',
    authority.certificate,
    '-subj',
    '/CN=baton-test-cluster',
    '-addext',
    'basicConstraints=critical,CA:TRUE',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ]);
  const tokens = join(certificatesDirectory(cluster), 'service-accounts');
  await mustRun('openssl', ['ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', `${tokens}.key`]);
  await mustRun('openssl', ['ec', '-in', `${tokens}.key`, '-pubout', '-out', `${tokens}.pub`]);
}

/** Whom a certificate names. */
export interface Subject {
  readonly name: string;
  readonly user: string;
  readonly group?: string;
  /** For a server: the names and addresses it answers to, in openssl's form. */
  readonly alternativeNames?: readonly string[];
}

/** Signs a certificate for client or server use. */
export async function createCertificate(cluster: string, subject: Subject): Promise<KeyPair> {
  const pair = keyPair(cluster, subject.name);
  if (existsSync(pair.certificate)) return pair;
  const authority = keyPair(cluster, 'ca');
  const organization = subject.group === undefined ? '' : `/O=${subject.group}`;
  await mustRun('openssl', [
    ...fresh,
    '-config',
    configPath(cluster),
    '-CA',
    authority.certificate,
    '-CAkey',
    authority.key,
    '-keyout',
    pair.key,
    '-out',
    pair.certificate,
    '-subj',
    `${organization}/CN=${subject.user}`,
    '-addext',
    'basicConstraints=critical,CA:FALSE',
    '-addext',
    'extendedKeyUsage=clientAuth,serverAuth',
    ...(subject.alternativeNames === undefined ? [] : ['-addext', `subjectAltName=${subject.alternativeNames.join(',')}`]),
  ]);
  return pair;
}

/** Writes a kubeconfig that identifies itself with a client certificate. */
export function writeKubeconfig(cluster: string, path: string, server: string, pair: KeyPair): void {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: cluster, cluster: { server, 'certificate-authority': keyPair(cluster, 'ca').certificate } }],
    users: [{ name: cluster, user: { 'client-certificate': pair.certificate, 'client-key': pair.key } }],
    contexts: [{ name: cluster, context: { cluster, user: cluster } }],
    'current-context': cluster,
  };
  // JSON is YAML, and every client reads it.
  writeFileSync(path, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}
