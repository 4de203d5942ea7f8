import { stringify } from 'yaml';
import type { CrdFile } from './crd.ts';

/** Line width that keeps `stringify` from folding CEL rules and descriptions at places that differ between versions of `yaml`. */
const UNFOLDED = { lineWidth: 0, aliasDuplicateObjects: false } as const;

/** Renders a CRD for kustomize: the same object with its anchors written out. */
export function renderPlainCrd({ file, crd }: CrdFile): string {
  return `# Generated from crds/${file} by \`npm run generate\`: do not edit.\n${stringify(crd, UNFOLDED)}`;
}

/**
 * Renders a CRD as a template of the chart. It is a template, not a file of the chart's crds/ directory, because Helm never upgrades those.
 * With `crds.keep` Helm leaves the CRD, and with it every plan, behind when the release is removed.
 */
export function renderChartCrd({ file, crd }: CrdFile): string {
  const text = stringify({ ...crd, metadata: { ...crd.metadata, annotations: 'BATON_CRD_ANNOTATIONS' } }, UNFOLDED);
  if (text.includes('{{'))
    throw new Error(`crds/${file} contains "{{", which Helm would read as a template: write it differently.`);
  const templated = text.replace(
    '  annotations: BATON_CRD_ANNOTATIONS\n',
    '{{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n{{- end }}\n',
  );
  return `{{- /* Generated from crds/${file} by \`npm run generate\`: do not edit. */ -}}\n{{- if .Values.crds.install }}\n${templated}{{- end }}\n`;
}
