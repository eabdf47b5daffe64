import { Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { reportMaxBytes } from '../../../shared/reports.ts';
import type { Verification } from '../../../shared/verification.ts';
import { useBench } from '../../state/bench.tsx';
import { useAction } from '../../state/use-action.ts';
import { readBase64 } from '../../ui/bytes.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { FileDrop } from '../../ui/file-drop.tsx';
import { VerificationResult } from '../../ui/verification-result.tsx';

/** Where anybody drops a report PDF, of this site or of another, and reads what holds. */
export function VerifyCard() {
  const { api } = useBench();
  const { busy, error, run } = useAction();
  const [foreign, setForeign] = useState(false);
  const [caPem, setCaPem] = useState('');
  const [timestampCaPem, setTimestampCaPem] = useState('');
  const [fleetVkey, setFleetVkey] = useState('');
  const [result, setResult] = useState<{ name: string; verification: Verification } | null>(null);
  const [refused, setRefused] = useState<string | null>(null);

  function verify([file]: File[]): void {
    setResult(null);
    setRefused(null);
    if (!file) return;
    if (file.size === 0 || file.size > reportMaxBytes) {
      setRefused('This file is empty or larger than 24 MiB: it is no report of Veriqko Bench.');
      return;
    }
    void run(async () => {
      const against = foreign
        ? ({ kind: 'given', caPem, timestampCaPem, fleetVkey } as const)
        : ({ kind: 'this_site' } as const);
      const verification = await api['reports.verify']({ contentBase64: await readBase64(file), against });
      setResult({ name: file.name, verification });
    });
  }

  return (
    <details className="card fold">
      <summary>Verify a report PDF</summary>
      <Stack gap="sm">
        <Switch
          label="It comes from another site"
          checked={foreign}
          onChange={event => setForeign(event.currentTarget.checked)}
        />
        {foreign && (
          <>
            <Textarea
              label="Certificate of that site (PEM)"
              description="Without it, nobody knows who signed"
              autosize
              minRows={2}
              maxRows={6}
              value={caPem}
              onChange={event => setCaPem(event.currentTarget.value)}
            />
            <Textarea
              label="Certificate of the authority above its time stamps (PEM)"
              description="Without it, a time stamp is read but not believed"
              autosize
              minRows={2}
              maxRows={6}
              value={timestampCaPem}
              onChange={event => setTimestampCaPem(event.currentTarget.value)}
            />
            <TextInput
              label="Fleet key of that site"
              description="As it was given to you, not as the report prints it"
              value={fleetVkey}
              onChange={event => setFleetVkey(event.currentTarget.value)}
            />
          </>
        )}
        <FileDrop
          label={busy ? 'Verifying …' : 'Drop the PDF here, or choose it'}
          accept="application/pdf"
          busy={busy}
          onFiles={verify}
        />
        <ErrorAlert error={error} />
        {refused !== null && <p role="alert">{refused}</p>}
        {result !== null && (
          <VerificationResult
            verification={result.verification}
            title={`${result.name}: ${result.verification.ok ? 'verified' : 'NOT VERIFIED'}`}
          />
        )}
      </Stack>
    </details>
  );
}
