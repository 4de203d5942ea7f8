import { isIP, type Socket } from 'node:net';
import { createTransport } from 'nodemailer';
import type { Destination } from '../../../net/address-policy.ts';
import { errorCode } from '../../../net/error-code.ts';
import type { Connect } from '../../../net/guarded-socket.ts';
import type { OpenMailTransport, SmtpSettings } from '../../mail-transport.ts';

/** Returns a function that opens transports to mail servers, which are reached through `connect`. */
export function smtpTransports(connect: Connect): OpenMailTransport {
  return (settings, signal) => {
    let closed: Promise<void> = Promise.resolve();
    const transport = createTransport(
      transportOptions(settings, signal, async (destination) => {
        const socket = await connect(destination, signal);
        const { promise, resolve } = Promise.withResolvers<undefined>();
        socket.once('close', () => resolve(undefined));
        closed = promise.then(() => undefined);
        return socket;
      }),
    );
    return {
      sendMail: (mail) => transport.sendMail(mail),
      verify: () => transport.verify(),
      close: () => {
        transport.close();
        return closed;
      },
    };
  };
}

function transportOptions(
  { host, port, tls, login, ca }: SmtpSettings,
  signal: AbortSignal,
  connect: (destination: Destination) => Promise<Socket>,
): object {
  return {
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    // The certificate must match the host name, whatever address the connection has.
    tls: { ...(ca === undefined ? {} : { ca }), ...(isIP(host) === 0 ? { servername: host } : {}) },
    // Without `forceAuth`, nodemailer sends without a login if the server does not offer one.
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password }, forceAuth: true }),
    getSocket: (_options: unknown, callback: (error: Error | null, socket?: object | false) => void) => {
      connect({ host, port }).then(
        (connection) => {
          // Nothing else ends a probe.
          signal.addEventListener('abort', () => connection.destroy(), { once: true });
          callback(null, { connection });
        },
        (error: unknown) => {
          callback(Object.assign(new Error('No connection to the mail server.', { cause: error }), { code: errorCode(error) }));
        },
      );
    },
    // The message must not include files or URLs.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}
