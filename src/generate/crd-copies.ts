import { stringify } from 'yaml';
import type { CrdFile } from './crd.ts';

/** Without a line width, because versions of `yaml` fold CEL rules and descriptions at different places. */
const STRINGIFY_OPTIONS = { lineWidth: 0, aliasDuplicateObjects: false } as const;

/** Renders a CRD for kustomize: the same object without YAML anchors. */
export function renderPlainCrd({ file, crd }: CrdFile): string {
  return `# Generated from crds/${file} by \`npm run generate\`: do not edit.\n${stringify(crd, STRINGIFY_OPTIONS)}`;
}

/**
 * Renders a CRD as a template of the chart, because Helm never upgrades files in a chart's crds/ directory. With `crds.keep`, Helm keeps the
 * CRD, and so every plan, when the release is uninstalled.
 */
export function renderChartCrd({ file, crd }: CrdFile): string {
  const text = stringify({ ...crd, metadata: { ...crd.metadata, annotations: 'BATON_CRD_ANNOTATIONS' } }, STRINGIFY_OPTIONS);
  if (text.includes('{{')) throw new Error(`crds/${file} must not contain "{{", which Helm would interpret as a template.`);
  const templated = text.replace(
    '  annotations: BATON_CRD_ANNOTATIONS\n',
    '{{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n{{- end }}\n',
  );
  return `{{- /* Generated from crds/${file} by \`npm run generate\`: do not edit. */ -}}\n{{- if .Values.crds.install }}\n${templated}{{- end }}\n`;
}
