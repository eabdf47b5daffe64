import { Button } from '@mantine/core';
import { IconShieldCheck } from '@tabler/icons-react';
import { useState } from 'react';
import type { Verification } from '../../../shared/verification.ts';
import { useBench } from '../../state/bench.tsx';
import { useJournalStatus } from '../../state/sources.ts';
import { useAction } from '../../state/use-action.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { shortTime } from '../../ui/time.ts';
import { VerificationResult } from '../../ui/verification-result.tsx';

/** How long the journal is, how much of it the server has cosigned, and whether it verifies. */
export function JournalHead() {
  const { api } = useBench();
  const { value: status, error: statusError } = useJournalStatus();
  const { busy, error, run } = useAction();
  const [verification, setVerification] = useState<Verification | null>(null);
  return (
    <section className="card" aria-label="State of the journal">
      <div className="card-head">
        {status !== null && (
          <dl className="numbers">
            <div>
              <dt>Entries</dt>
              <dd>{status.size}</dd>
            </div>
            <div>
              <dt>Cosigned</dt>
              <dd>{status.cosignedSize}</dd>
            </div>
            <div>
              <dt>Not cosigned since</dt>
              <dd>{status.notCosignedSince === null ? 'all cosigned' : shortTime(status.notCosignedSince)}</dd>
            </div>
          </dl>
        )}
        <Button
          size="lg"
          loading={busy}
          leftSection={<IconShieldCheck aria-hidden />}
          onClick={() => void run(async () => setVerification(await api['journal.verify']()))}
        >
          Verify the whole journal
        </Button>
      </div>
      {status !== null && (
        <p className="dimmed mono flush">
          {status.origin} · root {status.root}
        </p>
      )}
      <ErrorAlert error={error ?? statusError} />
      {verification !== null && (
        <VerificationResult
          verification={verification}
          title={verification.ok ? 'The journal verifies' : 'The journal does NOT verify'}
        />
      )}
    </section>
  );
}
