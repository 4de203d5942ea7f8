import { CUSTOM_RESOURCE_DEFINITIONS, INSTALLED_OBJECTS } from '../api/generated/installed-objects.ts';
import { asObject, asObjects, asText, type Json } from '../core/json.ts';
import type { ClusterClient } from './cluster/cluster-client.ts';
import { collectionPath } from './collection-path.ts';

/** An installation of Baton: what the chart installs, apart from the admission policies. */
export interface Installation {
  /** CustomResourceDefinitions, as JSON. */
  readonly definitions: readonly string[];
  /** Roles and their bindings, as JSON. */
  readonly roles: readonly string[];
  /** The image of Baton. */
  readonly image: string;
  /** The namespace of the operator. */
  readonly namespace: string;
  /** The environment of the operator. */
  readonly operatorEnv: Readonly<Record<string, string>>;
  /** The user that the operator is. */
  readonly operatorUser: string;
}

const RBAC = 'rbac.authorization.k8s.io/v1';

/** Reads what is shipped. */
export function readInstallation(): Installation {
  const objects = installedObjects();
  const deployment = objects.find(({ kind }) => kind === 'Deployment');
  if (deployment === undefined) throw new Error('the installed objects have no Deployment of the operator');
  const { namespace } = asObject(deployment['metadata']);
  const spec = asObject(asObject(asObject(deployment['spec'])['template'])['spec']);
  const [container = {}] = asObjects(spec['containers']);
  const variables = asObjects(container['env']).filter((variable) => typeof variable['value'] === 'string');
  return {
    definitions: CUSTOM_RESOURCE_DEFINITIONS,
    roles: objects.filter(({ apiVersion }) => apiVersion === RBAC).map((object) => JSON.stringify(object)),
    image: asText(container['image']),
    namespace: asText(namespace),
    operatorEnv: Object.fromEntries(variables.map(({ name, value }) => [asText(name), asText(value)])),
    operatorUser: `system:serviceaccount:${asText(namespace)}:${asText(spec['serviceAccountName'])}`,
  };
}

/** Creates the installed objects, apart from roles, which the API server has from its start, and the operator's Deployment. */
export function install(client: ClusterClient): void {
  for (const object of installedObjects()) {
    if (object['apiVersion'] === RBAC || object['kind'] === 'Deployment') continue;
    const outcome = client.create(collectionPath(object), object);
    if (!outcome.ok && outcome.reason !== 'AlreadyExists') throw new Error(`installing Baton: ${outcome.message}`);
  }
}

function installedObjects(): readonly Json[] {
  return INSTALLED_OBJECTS.map((text) => asObject(JSON.parse(text)));
}
