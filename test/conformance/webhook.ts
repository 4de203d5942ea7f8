import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { keyPair } from '../cluster/certificates.ts';

/** What a webhook answers: a verdict, or nothing at all. */
export type Verdict = { readonly code?: number; readonly message: string } | 'silent';

/** A validating webhook that denies everything. */
export interface Webhook {
  readonly url: string;
  readonly close: () => void;
}

/** Starts a webhook on loopback, with the certificate of the cluster's API server, which is valid for 127.0.0.1. */
export async function startWebhook(cluster: string, verdict: Verdict): Promise<Webhook> {
  const pair = keyPair(cluster, 'apiserver');
  const server = createServer({ cert: readFileSync(pair.certificate), key: readFileSync(pair.key) }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (verdict === 'silent') return;
      const review = JSON.parse(Buffer.concat(chunks).toString()) as { readonly request: { readonly uid: string } };
      const answer = { uid: review.request.uid, allowed: false, status: verdict };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  return { url: await listen(server), close: () => close(server) };
}

function listen(server: Server): Promise<string> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve(`https://127.0.0.1:${(server.address() as AddressInfo).port}/validate`);
    });
  });
}

function close(server: Server): void {
  server.closeAllConnections();
  server.close();
}
