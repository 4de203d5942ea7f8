import { lookup as systemLookup } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { AddressPolicy, Destination } from './address-policy.ts';
import { guardedLookup, notAllowedError } from './guarded-lookup.ts';

/**
 * Opens a TCP connection to an address that the policy allows. Checks the address of the connection itself. Fails with the code
 * {@link NOT_ALLOWED} when it is not allowed, else with the system's error code.
 */
export type Connect = (destination: Destination, signal: AbortSignal) => Promise<Socket>;

/** Creates a function that connects for protocols other than HTTP. */
export function createConnect({
  policy,
  lookup = systemLookup,
}: {
  readonly policy: AddressPolicy;
  /** Resolves names; the system's resolver by default. */
  readonly lookup?: LookupFunction | undefined;
}): Connect {
  return (destination, signal) => {
    const { host, port } = destination;
    // A literal address is not looked up.
    if (isIP(host) !== 0 && !policy.allows(destination, host)) return Promise.reject(notAllowedError());
    const { promise, resolve, reject } = Promise.withResolvers<Socket>();
    const socket = connect({ host, port, lookup: guardedLookup(policy, destination, lookup) });
    const abort = (): void => {
      socket.destroy(new Error('The caller aborted the connection.'));
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
