import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The namespace of the operator in deploy/: kustomize has no release to take it from. */
const NAMESPACE = 'baton-system';

const BANNER = '# Generated from charts/baton by `npm run generate`: do not edit.\n';

/**
 * Renders the manifests of deploy/ from the chart, so that both install the same objects: path from the repository's root to content.
 *
 * @param helm the helm program.
 * @throws when helm is not there or refuses the chart.
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

/** The objects of a rendered chart, without the lines that say which template each comes from. */
function documents(text: string): readonly string[] {
  return text
    .split(/^---\n/m)
    .map((document) => `${document.replaceAll(/^# Source: .*\n/gm, '').trim()}\n`)
    .filter((document) => document !== '\n');
}
