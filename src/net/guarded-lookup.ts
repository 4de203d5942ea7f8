import { isIP, type LookupFunction } from 'node:net';
import type { AddressPolicy, Destination } from './address-policy.ts';

/** Error code of a connection that the policy does not allow. */
export const NOT_ALLOWED = 'BATON_ADDRESS_NOT_ALLOWED';

/** The error for a connection that the policy does not allow. */
export function notAllowedError(): Error {
  return Object.assign(new Error('The address is not allowed.'), { code: NOT_ALLOWED });
}

/** The destination of a URL; without a port in the URL, it has the default port of the scheme. */
export function destinationOf({ protocol, hostname, port }: Pick<URL, 'protocol' | 'hostname' | 'port'>): Destination {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** A lookup that returns only allowed addresses and fails when there is none. */
export function guardedLookup(policy: AddressPolicy, destination: Destination, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const all = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const allowed = all.filter(({ address }) => policy.allows(destination, address));
      const [first] = allowed;
      if (first === undefined) callback(notAllowedError(), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
