import { Page } from '../../ui/page.tsx';
import { JournalHead } from './journal-head.tsx';
import { JournalTable } from './journal-table.tsx';

export function JournalScreen() {
  return (
    <Page title="Journal">
      <JournalHead />
      <JournalTable />
    </Page>
  );
}
