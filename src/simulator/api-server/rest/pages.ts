import { aggregated, coreVersions, groupDocument, groupList, resourceList } from '../discovery/documents.ts';
import { groupVersions, type GroupVersion } from '../discovery/resource-groups.ts';
import { VERSION } from '../discovery/version.ts';
import { documentName, openApiDocument, openApiIndex } from '../openapi/documents.ts';
import { methodNotAllowed } from '../resources/status.ts';
import { json, type ApiAnswer, type ApiRequest, type ServerContext } from './exchange.ts';
import { mediaTypes } from './media-types.ts';
import { PageNotFound } from './target.ts';

const HEALTH = new Set(['/healthz', '/livez', '/readyz']);
const OPEN_API = '/openapi/v3';
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Answers requests that are not about objects: health, version, discovery, OpenAPI. Undefined for all others. */
export function page(request: ApiRequest, { types }: ServerContext): ApiAnswer | undefined {
  const { method, path } = request;
  if (HEALTH.has(path)) return { status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'ok' };
  const answer = documentAt(withoutSlash(path), request, () => groupVersions(types.all()));
  if (answer === undefined) return undefined;
  if (method !== 'GET') throw methodNotAllowed();
  return answer;
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

function documentAt(path: string, request: ApiRequest, versions: () => readonly GroupVersion[]): ApiAnswer | undefined {
  if (path === '/version') return json(200, VERSION);
  // kubectl asks for it when the new format lacks what it needs, and does without when there is none.
  if (path === '/openapi/v2') throw new PageNotFound();
  if (path === OPEN_API) return json(200, openApiIndex(versions()));
  if (path.startsWith(`${OPEN_API}/`)) return openApiAt(path.slice(OPEN_API.length + 1), versions());
  if (path === '/api') return discovery(request, versions().filter(isCore), coreVersions);
  const others = (): readonly GroupVersion[] => versions().filter((each) => !isCore(each));
  if (path === '/apis') return discovery(request, others(), groupList);
  return groupAt(path, versions);
}

function isCore({ group }: GroupVersion): boolean {
  return group === '';
}

function discovery(
  request: ApiRequest,
  versions: readonly GroupVersion[],
  document: (versions: readonly GroupVersion[]) => unknown,
): ApiAnswer {
  const wanted = mediaTypes(request).find(({ parameters }) => parameters['as'] === 'APIGroupDiscoveryList');
  if (wanted?.parameters['v'] !== 'v2') return json(200, document(versions));
  const answer = json(200, aggregated(versions));
  return { ...answer, headers: { ...answer.headers, 'content-type': AGGREGATED } };
}

function openApiAt(name: string, versions: readonly GroupVersion[]): ApiAnswer {
  const found = versions.find((each) => documentName(each) === name);
  if (found === undefined) throw new PageNotFound();
  return json(200, openApiDocument(found));
}

function groupAt(path: string, versions: () => readonly GroupVersion[]): ApiAnswer | undefined {
  const [root, ...rest] = path.split('/').slice(1);
  const [group, version] = root === 'api' ? ['', ...rest] : rest;
  if ((root !== 'api' && root !== 'apis') || group === undefined || rest.length > (root === 'api' ? 1 : 2)) return undefined;
  const known = versions().filter((each) => each.group === group);
  if (version === undefined) return known.length === 0 ? undefined : json(200, groupDocument(group, known));
  const found = known.find((each) => each.version === version);
  return found === undefined ? undefined : json(200, resourceList(found));
}
