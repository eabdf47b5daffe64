import { Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** A screen below the header: its heading, what stands beside it, its content. */
export function Page({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <main className="page">
      <div className="page-head">
        <Title order={1} size="h2">
          {title}
        </Title>
        {aside}
      </div>
      {children}
    </main>
  );
}

export function Card({ title, children, aside }: { title?: string; children: ReactNode; aside?: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      {title !== undefined && (
        <div className="card-head">
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

export function Empty({ children }: { children: ReactNode }) {
  return <p className="empty">{children}</p>;
}
