import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { AddressPolicy, Destination } from './address-policy.ts';
import { guardedLookup, notAllowed } from './guarded-lookup.ts';

/**
 * Opens a TCP connection to what the policy allows. The check is on the address of the connection itself. Fails with the code
 * {@link NOT_ALLOWED} when it is not allowed, and with the system's otherwise.
 */
export type Connect = (destination: Destination, signal: AbortSignal) => Promise<Socket>;

/** Makes a way to connect for protocols other than HTTP. */
export function createConnect({
  policy,
  lookup = systemLookup,
}: {
  readonly policy: AddressPolicy;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction | undefined;
}): Connect {
  return (destination, signal) => {
    const { host, port } = destination;
    // A literal address is never looked up.
    if (isIP(host) !== 0 && !policy.allows(destination, host)) return Promise.reject(notAllowed());
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = connect({ host, port, lookup: guardedLookup(policy, destination, lookup) });
    const abort = (): void => {
      socket.destroy(new Error('Nobody waits for the connection any more.'));
    };
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      signal.removeEventListener('abort', abort);
      resolve(socket);
    });
    return promise;
  };
}
