import { isIPv6 } from 'node:net';

/** The parts of a URL that rules read. */
export interface GoUrl {
  readonly scheme: string;
  readonly host: string;
  readonly hostname: string;
  readonly port: string;
  readonly escapedPath: string;
}

const HOST_CHARACTERS = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\u0080-\u{10ffff}]|%25|%[89a-f][0-9a-f])*$/iu;
const USER_CHARACTERS = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/;
const BAD_ESCAPE = /%(?![0-9a-f]{2})/i;

/**
 * Whether Kubernetes' CEL function `isURL` accepts a text: an absolute URL or an absolute path. The URL of the platform is more lenient
 * in some points and stricter in others. Source: Go's net/url, ParseRequestURI.
 */
export function isUrl(text: string): boolean {
  return parse(text, true) !== undefined;
}

/** The URL as `url` reads it; undefined if it is not one. */
export function parseUrl(text: string): GoUrl | undefined {
  if (!isUrl(text)) return undefined;
  return parse(text.split('#', 1)[0] ?? '', false);
}

function parse(text: string, viaRequest: boolean): GoUrl | undefined {
  // eslint-disable-next-line no-control-regex -- These characters are what Go rejects.
  if (/[\x00-\x1f\x7f]/.test(text) || (text === '' && viaRequest) || text.startsWith(':')) return undefined;
  if (text === '*') return urlOf('', '', '*');
  const [, schemeText = '', afterScheme = text] = /^([a-z][a-z0-9+.-]*):(.*)$/isu.exec(text) ?? [];
  const scheme = schemeText.toLowerCase();
  const [rest = ''] = afterScheme.split('?', 1);
  if (!rest.startsWith('/')) return withoutSlash(scheme, rest, viaRequest);
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || (!viaRequest && !rest.startsWith('///')));
  if (!hasAuthority) return pathOf(scheme, '', rest);
  const [, authority = '', path = ''] = /^..([^/]*)(.*)$/s.exec(rest) ?? [];
  const host = readAuthority(scheme, authority);
  return host === undefined ? undefined : pathOf(scheme, host, path);
}

function withoutSlash(scheme: string, rest: string, viaRequest: boolean): GoUrl | undefined {
  if (scheme !== '') return urlOf(scheme, '', '');
  return viaRequest || /^[^/]*:/.test(rest) ? undefined : pathOf('', '', rest);
}

function pathOf(scheme: string, host: string, path: string): GoUrl | undefined {
  return BAD_ESCAPE.test(path) ? undefined : urlOf(scheme, host, path);
}

/** The host of an authority; undefined if the authority is not valid. */
function readAuthority(scheme: string, authority: string): string | undefined {
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  if (!isHost(scheme, host)) return undefined;
  if (at < 0) return host;
  const user = authority.slice(0, at);
  return USER_CHARACTERS.test(user) && !BAD_ESCAPE.test(user) ? host : undefined;
}

function isHost(scheme: string, host: string): boolean {
  const open = host.lastIndexOf('[');
  if (open > 0) return false;
  if (open === 0) {
    const close = host.lastIndexOf(']');
    return close > 0 && isOptionalPort(host.slice(close + 1)) && isIPv6(host.slice(1, close).replace('%25', '%'));
  }
  const isWeb = scheme === 'http' || scheme === 'https';
  const colon = isWeb ? host.indexOf(':') : host.lastIndexOf(':');
  return (colon < 0 || isOptionalPort(host.slice(colon))) && HOST_CHARACTERS.test(host);
}

function isOptionalPort(text: string): boolean {
  return /^(:\d*)?$/.test(text);
}

function urlOf(scheme: string, host: string, path: string): GoUrl {
  const [, name = host, port = ''] = /^(.*):(\d*)$/s.exec(host) ?? [];
  return { scheme, host, hostname: name.replace(/^\[(.*)\]$/s, '$1'), port, escapedPath: encodeURI(decodedPath(path)) };
}

function decodedPath(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}
