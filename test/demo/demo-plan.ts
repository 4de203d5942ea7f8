/** What the demo rolls out. */
export interface DemoPlan {
  /** Where notifications go. */
  readonly receiverUrl: string;
  /** The key that signs them, `whsec_…`. */
  readonly signingKey: string;
}

/** The objects of the demo, as a user would write them. */
export function demoYaml({ receiverUrl, signingKey }: DemoPlan): string {
  return `apiVersion: v1
kind: Secret
metadata: {name: ops-webhook, namespace: fleet}
stringData: {key: ${signingKey}}
---
${planYaml(receiverUrl)}`;
}

/** The plan of the demo. */
export function planYaml(receiverUrl: string): string {
  return `apiVersion: baton.dev/v1alpha1
kind: UpgradePlan
metadata: {name: os, namespace: fleet}
spec:
  version: "12.9"
  nodeSelector: {matchLabels: {role: worker}}
  maxUnavailable: 40%
  batches:
    - {name: canary, size: 1, approval: BeforeNext}
    - {size: 15%}
    - {size: 50%}
  failure: {maxFailed: 5%}
  processes:
    - name: os
      disruption: Reboot
      report: Socket
      timing: {expectedSeconds: 360, toleranceSeconds: 120, rebootSeconds: 300}
      job:
        template:
          spec:
            restartPolicy: Never
            containers:
              - {name: upgrade, image: "registry.example/os-upgrade:$(BATON_VERSION)", command: [/upgrade.sh]}
  notify:
    sinks:
      - name: ops
        webhook: {url: "${receiverUrl}", signingSecretRef: {name: ops-webhook, key: key}}
`;
}
