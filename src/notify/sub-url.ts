/** The URL of a path below a base, which may have a path itself; undefined when the base cannot be read. */
export function subUrl(base: string, path: string): URL | undefined {
  if (!URL.canParse(base)) return undefined;
  const url = new URL(base);
  url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return url;
}
