import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname } from 'node:path';
import type { RealNode } from '../cluster/cluster.ts';
import { busyboxLayer } from '../cluster/images.ts';
import { packImage } from '../cluster/oci-image.ts';

const user = 'puller';
const password = 'let-me-pull';

/** A registry on this machine with one image in it, which has a shell. It gives nothing to those who have no credentials. */
export interface Registry {
  /** What the image is called. */
  readonly image: string;
  /** What an image would be called that it has not got. */
  readonly missingImage: string;
  /** Lets a node know that the registry speaks HTTP. */
  introduceTo(node: RealNode): void;
  /** A Secret with the credentials. */
  pullSecret(namespace: string, name: string): unknown;
  close(): Promise<void>;
}

/** Starts it where nodes reach it. */
export async function startRegistry(host: string): Promise<Registry> {
  const { manifest, blobs } = packImage({ name: 'os:1', layers: [await busyboxLayer()], command: ['sh'] });
  const byDigest = new Map(blobs.map((blob) => [blob.digest, blob]));
  const wanted = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const answer = ({ headers, url = '', method }: IncomingMessage, response: ServerResponse): void => {
    if (headers.authorization !== wanted) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="registry"' }).end();
      return;
    }
    const [, kind, reference = ''] = /^\/v2\/os\/(manifests|blobs)\/(.+)$/.exec(url) ?? [];
    const blob = kind === 'manifests' && reference === '1' ? manifest : byDigest.get(reference);
    if (blob === undefined) {
      response.writeHead(url === '/v2/' ? 200 : 404).end();
      return;
    }
    const type = kind === 'manifests' ? 'application/vnd.oci.image.manifest.v1+json' : 'application/octet-stream';
    response.writeHead(200, { 'Content-Type': type, 'Content-Length': blob.size, 'Docker-Content-Digest': blob.digest });
    response.end(method === 'HEAD' ? undefined : Buffer.concat(blob.pieces));
  };
  const server = createServer(answer).listen(0, host);
  await once(server, 'listening');
  const address = `${host}:${(server.address() as AddressInfo).port}`;
  return {
    image: `${address}/os:1`,
    missingImage: `${address}/none:1`,
    introduceTo: (node) => {
      const path = node.hostPath(`/etc/containerd/certs.d/${address}/hosts.toml`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, `[host."http://${address}"]\ncapabilities = ["pull", "resolve"]\n`);
    },
    pullSecret: (namespace, name) => ({
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/dockerconfigjson',
      metadata: { name, namespace },
      stringData: { '.dockerconfigjson': JSON.stringify({ auths: { [address]: { username: user, password } } }) },
    }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
