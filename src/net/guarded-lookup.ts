import { isIP, type LookupFunction } from 'node:net';
import type { AddressPolicy, Destination } from './address-policy.ts';

/** The code of the error of a connection that the policy does not allow. */
export const NOT_ALLOWED = 'BATON_ADDRESS_NOT_ALLOWED';

/** The error of a connection that the policy does not allow. */
export function notAllowed(): Error {
  return Object.assign(new Error('The address is not allowed.'), { code: NOT_ALLOWED });
}

/** Where a URL leads; the port is its scheme's where it names none. */
export function destinationOf({ protocol, hostname, port }: Pick<URL, 'protocol' | 'hostname' | 'port'>): Destination {
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || (protocol === 'https:' ? 443 : 80)) };
}

/** A lookup that gives only the addresses which are allowed, and fails when none is. */
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
      if (first === undefined) callback(notAllowed(), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}
