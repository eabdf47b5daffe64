import { Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** The one card in the middle of the screen before anybody is signed in. */
export function EntryCard({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className="entry">
      <div className="entry-card">
        <p className="entry-product">Veriqko Bench</p>
        <Title order={1} size="h2">
          {title}
        </Title>
        {children}
      </div>
    </main>
  );
}
