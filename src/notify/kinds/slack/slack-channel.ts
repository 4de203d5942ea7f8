import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { Delivered, SendResult } from '../../../core/notification/model/send-result.ts';
import { callSlack, handleText, type SlackAnswer, type SlackCall, type SlackCallOptions, type SlackHandle } from './slack-api.ts';
import { isLost, rejectsBlocks } from './slack-errors.ts';
import type { SlackMessage } from './slack-message.ts';

/** A channel of the plan, and how to call Slack. */
export interface SlackChannel {
  readonly channel: string;
  readonly call: SlackCallOptions;
}

/** Where a message is posted or updated. */
interface Place {
  readonly method: 'chat.postMessage' | 'chat.update';
  readonly where: Omit<SlackCall, 'text' | 'blocks'>;
}

/** Posts a new message. */
export function postToSlack({ channel, call }: SlackChannel, message: SlackMessage): Promise<SendResult> {
  return put({ method: 'chat.postMessage', where: { channel } }, message, call);
}

/** Updates a message. It posts a new one if the message is lost. */
export async function updateInSlack(to: SlackChannel, message: SlackMessage, { channel, ts }: SlackHandle): Promise<SendResult> {
  return putOrPost(to, message, { method: 'chat.update', where: { channel, ts } });
}

/** Answers a message, visible in the whole channel. It posts a new message if the message is lost. */
export async function answerInSlack(to: SlackChannel, message: SlackMessage, { channel, ts }: SlackHandle): Promise<SendResult> {
  // An answer in the thread alone is visible only to those who follow the thread.
  return putOrPost(to, message, { method: 'chat.postMessage', where: { channel, thread_ts: ts, reply_broadcast: true } });
}

async function putOrPost(to: SlackChannel, message: SlackMessage, place: Place): Promise<SendResult> {
  const answer = await callSlack(place.method, { ...place.where, ...message }, to.call);
  if (answer.kind === 'Rejected' && isLost(answer.error)) return postToSlack(to, message);
  return finish(answer, place, message, to.call);
}

async function put(place: Place, message: SlackMessage, call: SlackCallOptions): Promise<SendResult> {
  return finish(await callSlack(place.method, { ...place.where, ...message }, call), place, message, call);
}

/** The result of a call. If Slack rejects the blocks, the text is sent without them. */
async function finish(answer: SlackAnswer, place: Place, { text }: SlackMessage, call: SlackCallOptions): Promise<SendResult> {
  if (answer.kind === 'Accepted') return delivered(answer.handle);
  if (!rejectsBlocks(answer.error)) return answer.result;
  const plain = await callSlack(place.method, { ...place.where, text, blocks: [] }, call);
  if (plain.kind === 'Rejected') return plain.result;
  const remark = {
    reason: NOTIFY_REASONS.BlocksRefused,
    message: `Slack says ${answer.error ?? ''}: the message was sent as plain text`,
  };
  return { ...delivered(plain.handle), remark };
}

function delivered(handle: SlackHandle | undefined): Delivered {
  return { kind: 'Delivered', ...(handle === undefined ? {} : { handle: handleText(handle) }) };
}
