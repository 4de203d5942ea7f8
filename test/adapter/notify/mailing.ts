import type { EmailSink } from '../../../src/api/generated/upgradeplan.ts';
import type { SendResult } from '../../../src/core/notification/model/send-result.ts';
import { notificationOf } from '../../unit/notify/notification-of.ts';
import { startMailServer, type MailServer, type MailServerBehaviour } from '../../support/mail-server.ts';
import { SinkWorld, type WayOut } from './a-sink.ts';

/** A sink with two recipients. */
export const EMAIL: EmailSink = {
  to: ['ops@example.com', 'night@example.com'],
  from: 'baton@example.com',
  smtpSecretRef: { name: 'smtp' },
};

const closing: { close(): Promise<void> }[] = [];

/** Closes everything that a test has opened here. */
export async function closeMailing(): Promise<void> {
  await Promise.all(closing.splice(0).map((each) => each.close()));
}

/** Starts a mail server on the loopback. */
export async function mailServer(behaviour?: MailServerBehaviour): Promise<MailServer> {
  const server = await startMailServer('127.0.0.1', behaviour);
  closing.push(server);
  return server;
}

/** An agent with the Secret for a server, with the changes of a test. */
export function agentFor(
  server: MailServer,
  keys: Readonly<Record<string, string | undefined>> = {},
  wayOut?: WayOut,
): SinkWorld {
  const world = new SinkWorld(wayOut);
  closing.push(world);
  const secret: Record<string, string | undefined> = {
    host: server.host,
    port: String(server.port),
    username: server.user,
    password: server.password,
    'ca.crt': server.certificate,
    ...keys,
  };
  for (const [key, value] of Object.entries(secret))
    if (value !== undefined) world.secret('mail', 'smtp', { [key]: `${value}\n` });
  return world;
}

/** Sends the notification of a scenario once. */
export function send(world: SinkWorld, scenario = 'paused', email: EmailSink = EMAIL): Promise<SendResult> {
  return world.send({ name: 'mail', email }, { notification: notificationOf(scenario) });
}
