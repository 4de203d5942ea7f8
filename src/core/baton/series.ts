import type { Receipt } from '../../api/generated/upgradebatch.ts';

/** What a batch has of each sink again and again, so that only the newest counts: the live message, and the word of a probe. */
export type Series = 'live' | 'probe';

/** The place of an id in a series. */
export interface SeriesPlace {
  readonly batchUid: string;
  readonly series: Series;
  readonly number: number;
}

const ID = /^(?<batchUid>[^/]+)\/(?<series>live|probe)(?:\.(?<digits>[1-9]\d*))?$/;

/** Id of the first, second, third … of a series, so that each has a receipt of its own: `<batch uid>/live`, `<batch uid>/live.2` … */
export function seriesId(series: Series, batchUid: string, number = 1): string {
  return `${batchUid}/${series}${number === 1 ? '' : `.${number}`}`;
}

/** The place of an id in its series; undefined for the id of a final message or an alert. */
export function seriesPlace(id: string): SeriesPlace | undefined {
  const { batchUid = '', series, digits } = ID.exec(id)?.groups ?? {};
  if (series !== 'live' && series !== 'probe') return undefined;
  const number = Number(digits ?? 1);
  const isOurs = Number.isSafeInteger(number) && seriesId(series, batchUid, number) === id;
  return isOurs ? { batchUid, series, number } : undefined;
}

/** Whether a receipt tells of a look at a sink, and of no message. */
export function isProbe({ id }: Pick<Receipt, 'id'>): boolean {
  return seriesPlace(id)?.series === 'probe';
}

/** The newest receipt of a batch's series for a sink, with its number. */
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
