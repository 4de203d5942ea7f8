import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { keyPair } from './certificates.ts';

/** An answer of the API server. */
export interface ApiAnswer {
  readonly status: number;
  readonly body: string;
  /** The texts of its Warning headers. */
  readonly warnings: readonly string[];
}

/** The few calls that the cluster itself makes; without kubectl's own rate limit. */
export interface ApiClient {
  /** A Buffer is sent as it is, anything else as JSON. */
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>;
  close(): void;
}

/** A client that is the cluster's administrator. */
export function createApiClient(cluster: string, server: string): ApiClient {
  const admin = keyPair(cluster, 'admin');
  const agent = new Agent({
    keepAlive: true,
    maxSockets: 20,
    ca: readFileSync(keyPair(cluster, 'ca').certificate),
    cert: readFileSync(admin.certificate),
    key: readFileSync(admin.key),
  });
  return {
    call: (method, path, body, contentType = 'application/json') =>
      new Promise((resolve, reject) => {
        const headers = { 'user-agent': 'baton-test-cluster', ...(body === undefined ? {} : { 'content-type': contentType }) };
        const outgoing = request(new URL(path, server), { method, agent, headers, timeout: 20_000 }, (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            resolve({
              status: incoming.statusCode ?? 0,
              body: Buffer.concat(chunks).toString(),
              warnings: warningTexts(incoming.rawHeaders),
            });
          });
        });
        outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path} was not answered in 20 s`)));
        outgoing.on('error', reject);
        outgoing.end(body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body));
      }),
    close: () => {
      agent.destroy();
    },
  };
}

/** The texts of the headers `Warning: 299 - "text"`. */
function warningTexts(rawHeaders: readonly string[]): readonly string[] {
  return rawHeaders.flatMap((value, index) => {
    const isWarning = index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === 'warning';
    return isWarning ? [JSON.parse(value.slice('299 - '.length)) as string] : [];
  });
}

/** Makes a call that has to succeed; these further status codes are also fine. */
export async function mustCall(
  client: ApiClient,
  method: string,
  path: string,
  body?: unknown,
  alsoFine: readonly number[] = [],
): Promise<string> {
  const answer = await client.call(method, path, body);
  if ((answer.status < 200 || answer.status > 299) && !alsoFine.includes(answer.status)) {
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.body.slice(0, 500)}`);
  }
  return answer.body;
}
