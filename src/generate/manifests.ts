import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The operator's namespace in deploy/. kustomize has no release that could set it. */
const NAMESPACE = 'baton-system';

const BANNER = '# Generated from charts/baton by `npm run generate`: do not edit.\n';

/**
 * Renders the manifests of deploy/ from the chart, so that both install the same objects. Returns the content by path from the
 * repository's root.
 *
 * @param helm path of the helm program.
 * @throws when helm is missing or rejects the chart.
 */
export function renderManifests(helm: string, root: string): ReadonlyMap<string, string> {
  const everywhere = documents(template(helm, root, 'Never'));
  const stamped = documents(template(helm, root, 'Always'));
  return new Map([
    ['deploy/base/baton.yaml', BANNER + everywhere.join('---\n')],
    [
      'deploy/kubernetes-1.36/stamp-requested-by.yaml',
      BANNER + stamped.filter((text) => !everywhere.includes(text)).join('---\n'),
    ],
  ]);
}

function template(helm: string, root: string, stampRequestedBy: 'Always' | 'Never'): string {
  const values = ['--set', 'crds.install=false', '--set', `policies.stampRequestedBy=${stampRequestedBy}`];
  return execFileSync(helm, ['template', 'baton', join(root, 'charts/baton'), '--namespace', NAMESPACE, ...values], {
    encoding: 'utf8',
  });
}

/** The documents of a rendered chart, without the comments that name their templates. */
function documents(text: string): readonly string[] {
  return text
    .split(/^---\n/m)
    .map((document) => `${document.replaceAll(/^# Source: .*\n/gm, '').trim()}\n`)
    .filter((document) => document !== '\n');
}
