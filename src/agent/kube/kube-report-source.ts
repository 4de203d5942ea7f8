import { LABELS } from '../../api/names.ts';
import type { ReportFact } from '../../core/facts.ts';
import { parseReport } from '../../core/reports/parse-report.ts';
import { keyOf, type KubeObject } from '../../kube/kube-object.ts';
import { Reflector } from '../../kube/watch/reflector.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { WatchDeps } from './kube-batch-source.ts';
import type { ReportSource } from '../ports.ts';

/** Number of Events in a page; an Event has about a kilobyte. */
const PAGE_SIZE = 500;

/**
 * Reads the reports about one batch at a time from Events. Collected reports are kept when their Events expire, because Events live for an
 * hour and a batch may take longer.
 */
export function kubeReportSource(deps: WatchDeps): ReportSource {
  const { client, namespace } = deps;
  const path = resourcePath(KINDS.events, { namespace });
  let collected: { readonly batch: string; readonly reports: Map<string, ReportFact> } = { batch: '', reports: new Map() };

  function reportsOf(batch: string): Map<string, ReportFact> {
    if (collected.batch !== batch) collected = { batch, reports: new Map() };
    return collected.reports;
  }

  return {
    async follow(batch, signal) {
      const reports = reportsOf(batch);
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
      const reports = new Map(collected.batch === batch ? collected.reports : []);
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
