/** A comment on a converted plan. */
export interface Note {
  /** The field that it stands above; empty for the head of the document. */
  readonly path: readonly (string | number)[];
  /** Whole sentences. */
  readonly text: string;
}
