import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector } from 'undici';
import type { AddressPolicy, Destination } from './address-policy.ts';

/** The code of the error of a connection that the policy does not allow. */
export const NOT_ALLOWED = 'BATON_ADDRESS_NOT_ALLOWED';

/** What a guarded agent is made from. */
export interface GuardedAgentOptions {
  readonly policy: AddressPolicy;
  /** For making a connection, milliseconds. */
  readonly connectTimeoutMs: number;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction | undefined;
  /** Certificates (PEM) to be trusted instead of the system's. */
  readonly ca?: string | undefined;
}

/**
 * The only way out of Baton for anything but the Kubernetes API: connections that reach only what the policy allows. The check is on
 * the address of the connection itself, so that a name that resolves differently the second time gains nothing.
 */
export function createGuardedAgent({ policy, connectTimeoutMs, lookup = systemLookup, ca }: GuardedAgentOptions): Agent {
  return new Agent({
    allowH2: false,
    connect: (options, callback) => {
      const destination = { host: options.hostname, port: Number(options.port || (options.protocol === 'https:' ? 443 : 80)) };
      // A literal address is never looked up.
      if (isIP(destination.host) !== 0 && !policy.allows(destination, destination.host)) {
        callback(notAllowed(), null);
        return;
      }
      const trust = ca === undefined ? {} : { ca };
      const guarded = guardedLookup(policy, destination, lookup);
      buildConnector({ allowH2: false, timeout: connectTimeoutMs, lookup: guarded, ...trust })(options, callback);
    },
  });
}

/** A lookup that gives only the addresses which are allowed, and fails when none is. */
function guardedLookup(policy: AddressPolicy, destination: Destination, lookup: LookupFunction): LookupFunction {
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

function notAllowed(): Error {
  return Object.assign(new Error('The address is not allowed.'), { code: NOT_ALLOWED });
}
