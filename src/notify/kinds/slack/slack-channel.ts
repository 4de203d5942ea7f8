import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { Delivered, SendResult } from '../../../core/notification/model/send-result.ts';
import { callSlack, handleText, type SlackAnswer, type SlackCall, type SlackCallOptions, type SlackHandle } from './slack-api.ts';
import { isLost, refusesBlocks } from './slack-errors.ts';
import type { SlackMessage } from './slack-message.ts';

/** The channel that a plan names, and how Slack is called. */
export interface SlackChannel {
  readonly channel: string;
  readonly call: SlackCallOptions;
}

/** Where in Slack a message goes. */
interface Place {
  readonly method: 'chat.postMessage' | 'chat.update';
  readonly where: Omit<SlackCall, 'text' | 'blocks'>;
}

/** Posts a new message. */
export function postToSlack({ channel, call }: SlackChannel, message: SlackMessage): Promise<SendResult> {
  return put({ method: 'chat.postMessage', where: { channel } }, message, call);
}

/** Changes a message; posts a new one where it is lost. */
export async function updateInSlack(to: SlackChannel, message: SlackMessage, { channel, ts }: SlackHandle): Promise<SendResult> {
  return orAnew(to, message, { method: 'chat.update', where: { channel, ts } });
}

/** Answers a message, so that all in its channel see it; posts a new one where it is lost. */
export async function answerInSlack(to: SlackChannel, message: SlackMessage, { channel, ts }: SlackHandle): Promise<SendResult> {
  // What stands in a thread alone, nobody sees who does not follow it.
  return orAnew(to, message, { method: 'chat.postMessage', where: { channel, thread_ts: ts, reply_broadcast: true } });
}

async function orAnew(to: SlackChannel, message: SlackMessage, place: Place): Promise<SendResult> {
  const answer = await callSlack(place.method, { ...place.where, ...message }, to.call);
  if (answer.kind === 'Refused' && isLost(answer.error)) return postToSlack(to, message);
  return settle(answer, place, message, to.call);
}

async function put(place: Place, message: SlackMessage, call: SlackCallOptions): Promise<SendResult> {
  return settle(await callSlack(place.method, { ...place.where, ...message }, call), place, message, call);
}

/** The result of a call. Where Slack does not take the blocks, the text goes alone: what is to be told is more than how it looks. */
async function settle(answer: SlackAnswer, place: Place, { text }: SlackMessage, call: SlackCallOptions): Promise<SendResult> {
  if (answer.kind === 'Taken') return delivered(answer.handle);
  if (!refusesBlocks(answer.error)) return answer.result;
  const plain = await callSlack(place.method, { ...place.where, text, blocks: [] }, call);
  if (plain.kind === 'Refused') return plain.result;
  const remark = {
    reason: NOTIFY_REASONS.BlocksRefused,
    message: `Slack says ${answer.error ?? ''}: the message was sent as plain text`,
  };
  return { ...delivered(plain.handle), remark };
}

function delivered(handle: SlackHandle | undefined): Delivered {
  return { kind: 'Delivered', ...(handle === undefined ? {} : { handle: handleText(handle) }) };
}
