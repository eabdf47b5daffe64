import type { ErasureStatus } from '../../../../shared/jobs.ts';

/** `none`: no erasure was attempted. */
export type StatusMark = ErasureStatus | 'none';
/** How a result reads at a glance; each has its own shape on paper, not only a colour. */
export type Tone = 'good' | 'warn' | 'bad' | 'open';
export type Cell = string | { readonly text: string; readonly tone: Tone };
export type Fact = { readonly label: string; readonly value: string; readonly wide?: true };

/** A report in one language, before it has a place on paper. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 2 | 3; readonly text: string }
  | { readonly kind: 'facts'; readonly facts: readonly Fact[] }
  | {
      readonly kind: 'table';
      /** `share` of the width. */
      readonly columns: readonly { readonly title: string; readonly share: number }[];
      readonly rows: readonly (readonly Cell[])[];
    }
  | { readonly kind: 'paragraph'; readonly text: string; readonly quiet?: true }
  | { readonly kind: 'callout'; readonly mark: StatusMark; readonly title: string; readonly facts: readonly Fact[] }
  | { readonly kind: 'status'; readonly mark: StatusMark; readonly headline: string; readonly explanation: string }
  /** Small pictures side by side; `id` is that of the piece of evidence. */
  | { readonly kind: 'pictures'; readonly pictures: readonly { readonly id: string; readonly caption: string }[] }
  | { readonly kind: 'page_break' };

export type Content = {
  /** BCP 47. */
  readonly language: string;
  readonly title: string;
  readonly subtitle: string;
  readonly issuerName: string;
  readonly issuerPlace: string;
  readonly issuerAddress: readonly string[];
  readonly subject: string;
  readonly documentLabel: string;
  /** The one device it is about; null for several. */
  readonly lead: string | null;
  readonly qrAlternative: string;
  readonly signatureLabel: string;
  readonly watermark: string | null;
  readonly trainingNotice: string | null;
  readonly blocks: readonly Block[];
  readonly footer: (page: number, pages: number) => { left: string; right: string };
};
