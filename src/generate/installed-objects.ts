import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';

type Manifest = Readonly<Record<string, unknown>>;

/** What the simulated API server does not evaluate. */
const LEFT_OUT: ReadonlySet<unknown> = new Set(['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding']);

/**
 * Renders a module with the objects that an installation creates, so that `baton simulate` has them without files: the bundle and the image
 * contain `src` only.
 */
export function renderInstalledObjects(root: string): string {
  const crds = ['upgradeplans', 'upgradebatches', 'upgradeactions'].flatMap((name) => read(root, `crds/${name}.baton.dev.yaml`));
  const objects = ['deploy/base/namespace.yaml', 'deploy/base/baton.yaml']
    .flatMap((file) => read(root, file))
    .filter(({ kind }) => !LEFT_OUT.has(kind));
  return `// Generated from crds/ and deploy/base by \`npm run generate\`: do not edit.

/** The CustomResourceDefinitions, each as JSON. */
export const CUSTOM_RESOURCE_DEFINITIONS: readonly string[] = [
${literals(crds)}];

/** The other objects of an installation with kustomize, without the admission policies, each as JSON. */
export const INSTALLED_OBJECTS: readonly string[] = [
${literals(objects)}];
`;
}

function read(root: string, file: string): readonly Manifest[] {
  return parseAllDocuments(readFileSync(join(root, file), 'utf8'))
    .map((document) => document.toJS() as Manifest | null)
    .filter((object) => object !== null);
}

function literals(objects: readonly Manifest[]): string {
  return objects.map((object) => `  ${JSON.stringify(JSON.stringify(object))},\n`).join('');
}
