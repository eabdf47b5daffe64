import { CloseButton } from '@mantine/core';
import { createContext, type ReactNode, use, useCallback, useEffect, useState } from 'react';
import type { BenchError } from '../../shared/errors.ts';
import { ErrorAlert } from './error-alert.tsx';

type Shown = { id: number; content: string | BenchError };
type Tell = (content: string | BenchError) => void;

const NoticeContext = createContext<Tell>(() => {});
const shownForMs = 6_000;

/** Tells the operator something in the corner of the screen: good news goes by itself, a failure stays until closed. */
export const useTell = (): Tell => use(NoticeContext);

export function NoticeProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Shown[]>([]);
  const tell = useCallback<Tell>(content => {
    setNotices(before => [...before.slice(-3), { id: (before.at(-1)?.id ?? 0) + 1, content }]);
  }, []);
  const close = useCallback((id: number) => setNotices(before => before.filter(notice => notice.id !== id)), []);
  return (
    <NoticeContext value={tell}>
      {children}
      <div className="notices" role="status" aria-live="polite">
        {notices.map(notice => (
          <Notice key={notice.id} notice={notice} onClose={close} />
        ))}
      </div>
    </NoticeContext>
  );
}

function Notice({ notice: { id, content }, onClose }: { notice: Shown; onClose: (id: number) => void }) {
  const passing = typeof content === 'string';
  useEffect(() => {
    if (!passing) return;
    const timer = setTimeout(() => onClose(id), shownForMs);
    return () => clearTimeout(timer);
  }, [passing, id, onClose]);
  return (
    <div className="notice">
      <div className="notice-content">{passing ? <p>{content}</p> : <ErrorAlert error={content} />}</div>
      <CloseButton size="lg" aria-label="Close this message" onClick={() => onClose(id)} />
    </div>
  );
}
