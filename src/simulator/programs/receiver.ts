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
export const acceptingReceiver: Receiver = ({ time, url, method }) => {
  if (method !== 'HEAD' && url.hostname === 'slack.com') return { kind: 'Answers', status: 200, body: slackAnswer(time) };
  return { kind: 'Answers', status: url.hostname === 'events.pagerduty.com' ? 202 : 200 };
};

function slackAnswer(time: number): string {
  const seconds = Math.floor(time / 1000);
  const ts = `${seconds}.${String(Math.floor((time - seconds * 1000) * 1000)).padStart(6, '0')}`;
  return JSON.stringify({ ok: true, channel: 'C0SIMULATED', ts });
}
