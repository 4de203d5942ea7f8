import { BlockList, isIP } from 'node:net';

/** Where the URL of a sink or a gate leads, before its name is resolved. */
export interface Destination {
  /** As in the URL; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Says which addresses may be reached. */
export interface AddressPolicy {
  /** @param address an IP address to which the destination's host resolves, or the host itself when it is one. */
  allows(destination: Destination, address: string): boolean;
  /**
   * Whether a destination may be reached through a proxy, which resolves its name: all that can be judged then is the name, or the
   * literal address.
   */
  allowsName(destination: Destination): boolean;
}

/** What a policy is made from. */
export interface AddressPolicyOptions {
  /**
   * The admin's list, as in BATON_SINK_ALLOW and BATON_GATE_ALLOW: `host`, `host:port`, IP addresses (`10.1.2.3`, `10.1.2.3:8080`, `[fd00::1]:8080`) and
   * CIDR ranges, joined by commas. Empty: everything is allowed that is not guarded.
   */
  readonly allow: string;
  /** Addresses of the API server. */
  readonly apiServer: readonly string[];
}

/** Always guarded: a plan's author could otherwise reach what listens on the host, or the cloud's metadata service. */
const GUARDED = [
  '127.0.0.0/8',
  '::1/128',
  '0.0.0.0/8', // Linux takes it for the loopback.
  '::/128',
  '169.254.0.0/16',
  'fe80::/10',
] as const;

/** Names that lead to guarded addresses, whatever a proxy makes of them. */
const GUARDED_NAMES = [/(^|\.)localhost$/, /^kubernetes(\.default(\.svc(\..+)?)?)?$/, /^metadata\.google\.internal$/] as const;

interface NameEntry {
  readonly host: string;
  readonly port: number | undefined;
}

interface RangeEntry {
  readonly range: BlockList;
  readonly port: number | undefined;
}

/**
 * Makes a policy. Loopback, link-local and the API server's addresses are guarded: only an entry with an address or a range opens them,
 * never one with a name, for whoever owns a name decides to what it resolves.
 *
 * @throws Error that names the entry which is wrong.
 */
export function createAddressPolicy({ allow, apiServer }: AddressPolicyOptions): AddressPolicy {
  const entries = allow
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(parseEntry);
  const names = entries.filter((entry) => 'host' in entry);
  const ranges = entries.filter((entry) => 'range' in entry);
  const guarded = rangeOf(GUARDED);
  for (const address of apiServer) if (isIP(address) !== 0) guarded.addAddress(address, familyOf(address));

  function namesIt({ host, port }: Destination): boolean {
    return entries.length === 0 || names.some((entry) => fits(entry, port) && entry.host === host.toLowerCase());
  }

  function allows(destination: Destination, address: string): boolean {
    const plain = address.replace(/%.*$/, '');
    if (isIP(plain) === 0) return false;
    if (ranges.some((entry) => fits(entry, destination.port) && entry.range.check(plain, familyOf(plain)))) return true;
    return !guarded.check(plain, familyOf(plain)) && namesIt(destination);
  }

  return {
    allows,
    allowsName({ host, port }) {
      if (isIP(host) !== 0) return allows({ host, port }, host);
      const name = host.toLowerCase().replace(/\.$/, '');
      return !GUARDED_NAMES.some((pattern) => pattern.test(name)) && namesIt({ host: name, port });
    },
  };
}

function fits(entry: { readonly port: number | undefined }, port: number): boolean {
  return entry.port === undefined || entry.port === port;
}

function parseEntry(entry: string): NameEntry | RangeEntry {
  const { bracketed, plain, port } =
    /^(?:\[(?<bracketed>[^\]]+)\]|(?<plain>[^:]+))(?::(?<port>\d{1,5}))?$/.exec(entry)?.groups ?? {};
  const host = bracketed ?? plain ?? entry;
  const number = port === undefined ? undefined : Number(port);
  if (isIP(host) !== 0 || isRange(host)) return { range: rangeOf([host]), port: number };
  if (bracketed === undefined && /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(host))
    return { host: host.toLowerCase(), port: number };
  throw new Error(`'${entry}' is neither a host, nor an IP address, nor a CIDR range, with or without a port.`);
}

function isRange(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

/** A list of addresses and ranges. IPv4 addresses in IPv6 form (`::ffff:127.0.0.1`) count as what they stand for. */
function rangeOf(texts: readonly string[]): BlockList {
  const list = new BlockList();
  for (const text of texts) {
    const [address = '', bits] = text.split('/');
    if (bits === undefined) list.addAddress(address, familyOf(address));
    else list.addSubnet(address, Number(bits), familyOf(address));
  }
  return list;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
