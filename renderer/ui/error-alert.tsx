import { Alert } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { BenchError } from '../../shared/errors.ts';
import { advice } from '../advice.ts';

/** What went wrong in the station's words and what to do about it; nothing when nothing went wrong. */
export function ErrorAlert({ error }: { error: BenchError | null }) {
  if (error === null) return null;
  return (
    <Alert
      role="alert"
      variant="outline"
      color="red"
      icon={<IconAlertTriangle aria-hidden />}
      title={error.message}
      classNames={{ root: 'error-alert' }}
    >
      {advice[error.code]}
    </Alert>
  );
}
