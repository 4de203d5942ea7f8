import type { HttpReader } from '../../net/http-get.ts';
import type { Credentials } from '../credentials.ts';

/** What asking over HTTP needs. */
export interface RequestDeps {
  readonly http: HttpReader;
  readonly credentials: Credentials;
  /** The User-Agent. */
  readonly userAgent: string;
}

/** A GET of a gate. */
export interface Question {
  readonly url: URL;
  readonly credential: string | undefined;
  readonly signal: AbortSignal;
}

/** An answer; or in words why there is none. */
export type Reply =
  | { readonly kind: 'Reply'; readonly status: number; readonly body: string | undefined }
  | { readonly kind: 'None'; readonly message: string };

/** Asks a server, with the credential that the gate names if that may go there. No message has more of the URL than its host. */
export async function request(
  { http, credentials, userAgent }: RequestDeps,
  { url, credential, signal }: Question,
): Promise<Reply> {
  const access = await credentials.accessTo(url, credential);
  if (access.kind === 'Refused') return { kind: 'None', message: access.message };
  const headers = { ...access.headers, accept: 'application/json, */*', 'user-agent': userAgent };
  const answer = await http.get({ url, headers, ca: access.ca, signal });
  switch (answer.kind) {
    case 'Answer':
      return { kind: 'Reply', status: answer.status, body: answer.body };
    case 'NotAllowed':
      return { kind: 'None', message: `the administrator does not allow gates to ask ${url.host}` };
    case 'NoAnswer':
      return { kind: 'None', message: `${url.host}: ${answer.message}` };
  }
}
