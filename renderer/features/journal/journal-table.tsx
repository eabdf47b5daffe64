import { Button, Group } from '@mantine/core';
import type { JournalEntry } from '../../../shared/journal.ts';
import { ErrorAlert } from '../../ui/error-alert.tsx';
import { Empty } from '../../ui/page.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { fullTime } from '../../ui/time.ts';
import { EntryData } from './entry-data.tsx';
import { useJournalPages } from './use-journal-pages.ts';

export function JournalTable() {
  const { entries, error, before, hasOlder, older, newest } = useJournalPages();
  return (
    <>
      <ErrorAlert error={error} />
      {entries.length === 0 && <Empty>No entry.</Empty>}
      {entries.length > 0 && (
        <table className="table journal">
          <thead>
            <tr>
              <th scope="col">No.</th>
              <th scope="col">Time</th>
              <th scope="col">What</th>
              <th scope="col">Who</th>
              <th scope="col">Data</th>
              <th scope="col">Witness</th>
            </tr>
          </thead>
          <tbody>
            {entries.map(entry => (
              <EntryRow key={entry.seq} entry={entry} />
            ))}
          </tbody>
        </table>
      )}
      <Group>
        <Button variant="default" disabled={before === null} onClick={newest}>
          Newest
        </Button>
        <Button variant="default" disabled={!hasOlder} onClick={older}>
          Older
        </Button>
      </Group>
    </>
  );
}

function EntryRow({ entry }: { entry: JournalEntry }) {
  return (
    <tr>
      <td className="mono">{entry.seq}</td>
      <td className="nowrap">{fullTime(entry.at)}</td>
      <td>
        <strong>{actOf(entry.type)}</strong>
        <div className="mono dimmed">{entry.type}</div>
      </td>
      <td>{entry.actorName ?? (entry.actor === null ? 'the bench' : 'name erased')}</td>
      <td className="journal-data">
        <EntryData data={entry.data} />
      </td>
      <td className="nowrap">
        <StatusMark tone={entry.cosigned ? 'good' : 'quiet'}>{entry.cosigned ? 'Cosigned' : 'Not yet'}</StatusMark>
      </td>
    </tr>
  );
}

/** The act that a type names, as words: `job.functional_begun` is `Functional begun`. */
function actOf(type: string): string {
  const words = type.slice(type.indexOf('.') + 1).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
