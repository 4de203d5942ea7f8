import { LABELS } from '../../api/names.ts';
import type { ReportFact } from '../../core/facts.ts';
import { parseReport } from '../../core/reports/parse-report.ts';
import { keyOf, type KubeObject } from '../../kube/kube-object.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { WatchDeps } from './kube-batch-source.ts';
import type { ReportSource } from '../ports.ts';

/** Events a page: an Event has about a kilobyte. */
const PAGE_SIZE = 500;

/**
 * The reports about one batch at a time, from the Events at the API server. What was gathered stays when its Event expires, for Events
 * live an hour and batches may take longer.
 */
export function kubeReportSource(deps: WatchDeps): ReportSource {
  const { client, namespace } = deps;
  const path = resourcePath(KINDS.events, { namespace });
  let gathered: { readonly batch: string; readonly reports: Map<string, ReportFact> } = { batch: '', reports: new Map() };

  function gather(batch: string): Map<string, ReportFact> {
    if (gathered.batch !== batch) gathered = { batch, reports: new Map() };
    return gathered.reports;
  }

  return {
    async follow(batch, signal) {
      const reports = gather(batch);
      const reflector = new Reflector<ReportFact>({
        ...deps,
        path,
        query: selectorOf(batch),
        project: parseReport,
        onChange: (key, report) => {
          if (report !== undefined) reports.set(key, report);
        },
      });
      await reflector.run(signal);
    },
    async collect(batch, signal) {
      const reports = new Map(gathered.batch === batch ? gathered.reports : []);
      let next: string | undefined;
      do {
        const position = next === undefined ? {} : { continue: next };
        const page = await client.list<KubeObject>(
          path,
          { ...selectorOf(batch), limit: String(PAGE_SIZE), ...position },
          { signal },
        );
        for (const event of page.items) {
          const report = parseReport(event);
          if (report !== undefined) reports.set(keyOf(event), report);
        }
        next = page.continue;
      } while (next !== undefined);
      return [...reports.values()];
    },
  };
}

function selectorOf(batch: string): { readonly labelSelector: string } {
  return { labelSelector: `${LABELS.batch}=${batch}` };
}
