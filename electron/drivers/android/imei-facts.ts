import { judgeImei } from '../../../shared/devices.ts';
import type { Fact } from '../devices/adapter.ts';
import { told, unknown } from '../devices/told.ts';
import type { Answer } from './batch.ts';
import { readParcel } from './parcel.ts';
import { outputOf } from './told.ts';

const caller = 's16 com.android.shell';
/** As Android 10 and newer are asked for the first and the second. */
const usual = [`service call iphonesubinfo 1 ${caller}`, `service call iphonesubinfo 4 i32 1 ${caller}`] as const;
/** The number of the call changed between Android 9 and 10. */
const older = ['service call iphonesubinfo 1', `service call iphonesubinfo 3 i32 1 ${caller}`] as const;

/** Answers for `imeiFacts`. The older commands cost nothing where the usual ones told both, or where time is over. */
export async function askImeis(batch: (commands: readonly string[]) => Promise<Answer[]>): Promise<Answer[]> {
  const answers = await batch(usual);
  const { imei1, imei2 } = imeiFacts(answers, 0);
  if ((imei1.ok && imei2.ok) || answers.some(({ kind }) => kind === 'cut')) return answers;
  return [...answers, ...(await batch(older))];
}

/** The two IMEIs out of the answers to the usual commands and, where they were asked, the older ones. */
export function imeiFacts(answers: readonly Answer[], at: number): { imei1: Fact<string>; imei2: Fact<string> } {
  const [first, second, olderFirst, olderSecond] = answers;
  const imei1 = firstOf([usual[0], older[0]], [first, olderFirst], at, () => true);
  // Another version of Android tells another number here, which may be a subscriber's: only one of the same type counts.
  const imei2 = imei1.ok
    ? firstOf(
        [usual[1], older[1]],
        [second, olderSecond],
        at,
        text => text !== imei1.value && sameType(text, imei1.value),
      )
    : unknown(imei1.why);
  return { imei1, imei2 };
}

const sameType = (a: string, b: string) => a.slice(0, 8) === b.slice(0, 8);

function firstOf(
  commands: readonly string[],
  answers: readonly (Answer | undefined)[],
  at: number,
  fits: (text: string) => boolean,
): Fact<string> {
  const facts = commands.map((command, index) => imeiFact(command, answers[index], at, fits));
  const refused = facts.find(fact => !fact.ok && (fact.why === 'denied' || fact.why === 'timeout'));
  return facts.find(fact => fact.ok) ?? refused ?? facts[0] ?? unknown('unsupported');
}

function imeiFact(
  command: string,
  answer: Answer | undefined,
  at: number,
  fits: (text: string) => boolean,
): Fact<string> {
  const result = outputOf(answer);
  if ('why' in result) return unknown(result.why);
  const parcel = readParcel(result.output);
  if (parcel.kind === 'refused') return unknown('denied');
  if (parcel.kind === 'none') return unknown('unsupported');
  return judgeImei(parcel.text) === 'valid' && fits(parcel.text)
    ? told(parcel.text, command, parcel.text, at)
    : unknown('malformed');
}
