import { useMemo } from 'react';
import type { SubjectId } from '../../../shared/privacy.ts';
import { useBench } from '../../state/bench.tsx';
import { useLive } from '../../state/use-live.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { ForgetButton } from './forget-button.tsx';
import { HoldForm } from './hold-form.tsx';

type Props = { subject: SubjectId; onChanged: () => void };

/** What is kept about one subject, what stands against forgetting it, and the two acts. */
export function SubjectPanel({ subject, onChanged }: Props) {
  const { api } = useBench();
  const source = useMemo(() => ({ load: () => api['privacy.preview']({ subject }) }), [api, subject]);
  const { value: preview, error, reload } = useLive(source);
  const changed = () => {
    reload();
    onChanged();
  };
  if (preview === null) return <ErrorAlert error={error} />;
  if (preview.forgottenAt !== null) {
    return (
      <StatusMark tone="stopped">
        Forgotten on {fullTime(preview.forgottenAt)}. The entries and their proofs remain.
      </StatusMark>
    );
  }
  return (
    <>
      <p>
        {preview.sealedValues} sealed values in the journal and {preview.files} files. Forgetting deletes the files and
        the key to the values; the entries and their proofs remain. PDFs that were given out keep what they say.
      </p>
      {preview.obstacles.map(obstacle => (
        <StatusMark key={obstacle} tone="attention">
          {obstacle}
        </StatusMark>
      ))}
      {preview.obstacles.length === 0 && <ForgetButton subject={subject} onDone={changed} />}
      <HoldForm subject={subject} onDone={changed} />
    </>
  );
}
