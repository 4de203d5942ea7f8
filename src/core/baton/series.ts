import type { Receipt } from '../../api/generated/upgradebatch.ts';

/** Receipts of which only the newest per sink counts: those for the live message, and those of probes. */
export type Series = 'live' | 'probe';

/** An id within a series. */
export interface SeriesPlace {
  readonly batchUid: string;
  readonly series: Series;
  readonly number: number;
}

const ID = /^(?<batchUid>[^/]+)\/(?<series>live|probe)(?:\.(?<digits>[1-9]\d*))?$/;

/** The id of the first, second, third … entry of a series: `<batch uid>/live`, `<batch uid>/live.2` … Each has its own receipt. */
export function seriesId(series: Series, batchUid: string, number = 1): string {
  return `${batchUid}/${series}${number === 1 ? '' : `.${number}`}`;
}

/** Parses the id of a series; undefined for the id of a final message or an alert. */
export function seriesPlace(id: string): SeriesPlace | undefined {
  const { batchUid = '', series, digits } = ID.exec(id)?.groups ?? {};
  if (series !== 'live' && series !== 'probe') return undefined;
  const number = Number(digits ?? 1);
  const isValid = Number.isSafeInteger(number) && seriesId(series, batchUid, number) === id;
  return isValid ? { batchUid, series, number } : undefined;
}

/** Whether a receipt is for a probe rather than for a message. */
export function isProbe({ id }: Pick<Receipt, 'id'>): boolean {
  return seriesPlace(id)?.series === 'probe';
}

/** The newest receipt for a sink in a batch's series, with its number. */
export function newestIn(
  { series, batchUid }: Pick<SeriesPlace, 'series' | 'batchUid'>,
  sink: string,
  receipts: readonly Receipt[],
): { readonly receipt: Receipt; readonly number: number } | undefined {
  return receipts
    .flatMap((receipt) => {
      const place = receipt.sink === sink ? seriesPlace(receipt.id) : undefined;
      return place?.series === series && place.batchUid === batchUid ? [{ receipt, number: place.number }] : [];
    })
    .toSorted((a, b) => a.number - b.number)
    .at(-1);
}
