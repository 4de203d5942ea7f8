import type { HttpFetcher } from '../../net/http-fetcher.ts';
import type { Credentials } from '../credentials.ts';

/** What sending requests for gates needs. */
export interface RequestDeps {
  readonly http: HttpFetcher;
  readonly credentials: Credentials;
  /** The User-Agent. */
  readonly userAgent: string;
}

/** A GET for a gate. */
export interface GateRequest {
  readonly url: URL;
  readonly credential: string | undefined;
  readonly signal: AbortSignal;
}

/** The response, or why there is none. */
export type Reply =
  | { readonly kind: 'Reply'; readonly status: number; readonly body: string | undefined }
  | { readonly kind: 'NoReply'; readonly message: string };

/**
 * Sends a GET, with the credential that the gate names if it may be sent to that host. Messages contain nothing of the URL but its host.
 */
export async function request(
  { http, credentials, userAgent }: RequestDeps,
  { url, credential, signal }: GateRequest,
): Promise<Reply> {
  const access = await credentials.accessTo(url, credential);
  if (access.kind === 'Denied') return { kind: 'NoReply', message: access.message };
  const headers = { ...access.headers, accept: 'application/json, */*', 'user-agent': userAgent };
  const answer = await http.get({ url, headers, ca: access.ca, signal });
  switch (answer.kind) {
    case 'Answer':
      return { kind: 'Reply', status: answer.status, body: answer.body };
    case 'NotAllowed':
      return {
        kind: 'NoReply',
        message: `gates may not send requests to ${url.host}; an administrator can allow it in gates.allow`,
      };
    case 'NoAnswer':
      return { kind: 'NoReply', message: `${url.host}: ${answer.message}` };
  }
}
