/** What a path of the API names. */
export interface RequestedResource {
  /** Plural name, for example `pods`. */
  readonly resource: string;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** Reads `/api/v1/namespaces/a/pods/b/status` and its like. */
export function resourceOf(path: string): RequestedResource {
  const [first, ...others] = path.split('/').slice(1).map(decodeURIComponent);
  const rest = others.slice(first === 'api' ? 1 : 2);
  const isNamespaced = rest[0] === 'namespaces' && rest.length > 2;
  const [resource = '', name, subresource] = isNamespaced ? rest.slice(2) : rest;
  return { resource, namespace: isNamespaced ? rest[1] : undefined, name, subresource };
}
