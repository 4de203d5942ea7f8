import type { ReceivedMessage } from '../../../../../src/simulator/programs/message-log.ts';

/** A message in a Slack channel, as those see it who read the channel. */
export interface ChannelMessage {
  readonly ts: string;
  /** The message that it answers. */
  readonly threadTs: string | undefined;
  readonly text: string;
  /** How often it was changed. */
  readonly updates: number;
}

/** The messages of a channel, from the requests of a sink. Messages of the simulated Slack have the time of their arrival as `ts`. */
export function readChannel(received: readonly ReceivedMessage[], sink: string): readonly ChannelMessage[] {
  const messages: ChannelMessage[] = [];
  for (const { url, body, time } of received.filter((message) => message.sink === sink && message.accepted)) {
    const form = new URLSearchParams(body);
    const text = form.get('text') ?? '';
    if (url.endsWith('/chat.postMessage')) {
      const ts = (time / 1000).toFixed(6);
      messages.push({ ts, threadTs: form.get('thread_ts') ?? undefined, text, updates: 0 });
    } else if (url.endsWith('/chat.update')) {
      const index = messages.findIndex(({ ts }) => ts === form.get('ts'));
      const old = messages[index];
      if (old === undefined) throw new Error(`there is no message ${form.get('ts') ?? ''}`);
      messages[index] = { ...old, text, updates: old.updates + 1 };
    }
  }
  return messages;
}
