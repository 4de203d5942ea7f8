/** A request as its receiver sees it. */
export interface ReceivedRequest {
  readonly time: number;
  readonly method: 'GET' | 'POST' | 'HEAD' | 'DELETE';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a receiver does. */
export type ReceiverAnswer =
  | {
      readonly kind: 'Answers';
      readonly status: number;
      readonly body?: string;
      readonly retryAfter?: string;
      /** How long it takes to answer (ms), in addition to the network. */
      readonly afterMs?: number;
    }
  /** It accepts the connection and never answers. */
  | { readonly kind: 'Silent' }
  /** The connection fails with this code, such as ECONNREFUSED, ECONNRESET or ENOTFOUND. */
  | { readonly kind: 'Broken'; readonly code: string };

/** Answers requests. It may keep what it has received. */
export type Receiver = (request: ReceivedRequest) => ReceiverAnswer;

/** A receiver that accepts everything, with answers like those of the services that the sinks know. */
export const acceptingReceiver: Receiver = (request) => {
  const { url, method } = request;
  if (method !== 'HEAD' && url.hostname === 'slack.com') return { kind: 'Answers', status: 200, body: slackAnswer(request) };
  return { kind: 'Answers', status: url.hostname === 'events.pagerduty.com' ? 202 : 200 };
};

/** A new message has its time as its `ts`; one that is changed keeps its own. */
function slackAnswer({ time, url, body }: ReceivedRequest): string {
  const ts = url.pathname.endsWith('/chat.update') ? new URLSearchParams(body).get('ts') : (time / 1000).toFixed(6);
  return JSON.stringify({ ok: true, channel: 'C0SIMULATED', ts });
}
