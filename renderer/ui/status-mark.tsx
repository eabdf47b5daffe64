import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleX,
  IconHandStop,
  IconLoader2,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';

/** `attention`: a person is needed. Each tone has its own sign, so colour never carries the meaning alone. */
export type Tone = 'quiet' | 'working' | 'good' | 'attention' | 'bad' | 'stopped';

const signs: Record<Tone, typeof IconCircleCheck> = {
  quiet: IconCircleDashed,
  working: IconLoader2,
  good: IconCircleCheck,
  attention: IconAlertTriangle,
  bad: IconCircleX,
  stopped: IconHandStop,
};

export function StatusMark({ tone, children }: { tone: Tone; children: ReactNode }) {
  const Sign = signs[tone];
  return (
    <span className="status-mark" data-tone={tone}>
      <Sign size={20} aria-hidden />
      <span>{children}</span>
    </span>
  );
}
