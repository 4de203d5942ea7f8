import type { Receipt } from '../../api/generated/upgradebatch.ts';

/**
 * Id of a batch's live message: one for each sink, updated while the batch runs. It is the second, third … one when a sink has lost the one
 * before, so that its receipt has an id of its own.
 */
export function liveId(batchUid: string, number = 1): string {
  return `${batchUid}/live${number === 1 ? '' : `.${number}`}`;
}

/** The number of a live message of the batch; undefined for the id of another message. */
export function liveNumberOf(batchUid: string, id: string): number | undefined {
  const prefix = liveId(batchUid);
  if (id === prefix) return 1;
  const number = id.startsWith(`${prefix}.`) ? Number(id.slice(prefix.length + 1)) : 0;
  return Number.isSafeInteger(number) && number > 1 ? number : undefined;
}

/** The receipt of the live message that a sink has now, with its number. */
export function liveReceipt(
  batchUid: string,
  sink: string,
  receipts: readonly Receipt[],
): { readonly receipt: Receipt; readonly number: number } | undefined {
  return receipts
    .flatMap((receipt) => {
      const number = receipt.sink === sink ? liveNumberOf(batchUid, receipt.id) : undefined;
      return number === undefined ? [] : [{ receipt, number }];
    })
    .toSorted((a, b) => a.number - b.number)
    .at(-1);
}
