import type { Standing } from './customers.ts';

/** What the statement of a lot says of its own, in one language. */
export type LotTexts = {
  readonly opened: string;
  readonly closed: string;
  readonly announced: string;
  readonly nothingAnnounced: string;
  readonly received: string;
  readonly missing: string;
  readonly notAnnounced: string;
  readonly twice: string;
  readonly reports: string;
  /** Of one device. */
  readonly standing: Readonly<Record<Standing | 'missing', string>>;
  readonly replaced: string;
  readonly forgottenCustomer: string;
  readonly forgottenDevice: string;
};
