import type { Verification } from '../../shared/verification.ts';
import { StatusMark } from './status-mark.tsx';
import { outcomeTones } from './tones.ts';
import { outcomeWords } from './words.ts';

type Props = { verification: Verification; title: string };

/** Every step of a verification, each as a plain sentence. */
export function VerificationResult({ verification: { steps }, title }: Props) {
  return (
    <div aria-live="polite">
      <h2>{title}</h2>
      <ul className="verification">
        {steps.map(step => (
          <li key={`${step.step} ${step.detail}`}>
            <StatusMark tone={outcomeTones[step.outcome]}>
              <strong>
                {capitalised(step.step)}: {outcomeWords[step.outcome]}
              </strong>
              <small>{step.detail}</small>
            </StatusMark>
          </li>
        ))}
      </ul>
    </div>
  );
}

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
