import { BlockList, isIP } from 'node:net';

/** The destination of a sink's or gate's URL, before its name is resolved. */
export interface Destination {
  /** As in the URL; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Decides which addresses are allowed. */
export interface AddressPolicy {
  /** @param address an IP address that the destination's host resolves to, or the host itself if it is an IP address. */
  allows(destination: Destination, address: string): boolean;
  /**
   * Whether a destination is allowed through a proxy. The proxy resolves the name, so only the name or the literal address can be checked.
   */
  allowsName(destination: Destination): boolean;
}

/** The options of a policy. */
export interface AddressPolicyOptions {
  /**
   * The value of BATON_SINK_ALLOW or BATON_GATE_ALLOW: a comma-separated list of `host`, `host:port`, IP addresses (`10.1.2.3`,
   * `10.1.2.3:8080`, `[fd00::1]:8080`) and CIDR ranges. Empty allows everything that is not guarded.
   */
  readonly allow: string;
  /** Addresses of the API server. */
  readonly apiServer: readonly string[];
}

/** Guarded ranges: otherwise a plan's author could reach services on the host or the cloud's metadata service. */
const GUARDED = [
  '127.0.0.0/8',
  '::1/128',
  '0.0.0.0/8', // Linux treats it as loopback.
  '::/128',
  '169.254.0.0/16',
  'fe80::/10',
] as const;

/** Names of guarded addresses, for proxies. */
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
 * Creates a policy. Loopback, link-local and the API server's addresses are guarded: only an entry with an address or a range allows them.
 * An entry with a name does not, because the owner of the name decides what it resolves to.
 *
 * @throws Error that names the invalid entry.
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
  throw new Error(`'${entry}' must be a host, an IP address or a CIDR range, optionally with a port`);
}

function isRange(text: string): boolean {
  const [address = '', bits = '', ...rest] = text.split('/');
  const maxBits = isIP(address) === 6 ? 128 : 32;
  return isIP(address) !== 0 && rest.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= maxBits;
}

/** A list of addresses and ranges. An IPv4-mapped IPv6 address (`::ffff:127.0.0.1`) counts as its IPv4 address. */
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
