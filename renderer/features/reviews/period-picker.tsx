import { Button, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Period } from '../../../shared/sampling.ts';

const dayMs = 86_400_000;

/** The last three months with today, from midnight to midnight of this computer's time. */
export function lastQuarter(): Period {
  const now = new Date();
  const from = new Date(now.getFullYear(), now.getMonth() - 3, now.getDate());
  return { from: from.toISOString(), to: endOf(now) };
}

function calendarQuarter(back: number): Period {
  const now = new Date();
  const first = Math.floor(now.getMonth() / 3) * 3 - 3 * back;
  const from = new Date(now.getFullYear(), first, 1);
  const to = new Date(now.getFullYear(), first + 3, 1);
  return { from: from.toISOString(), to: to.toISOString() };
}

const endOf = (day: Date) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1).toISOString();

/** The day of an instant as a date field writes it. */
function dayOf(instant: Date): string {
  const pad = (part: number) => String(part).padStart(2, '0');
  return `${instant.getFullYear()}-${pad(instant.getMonth() + 1)}-${pad(instant.getDate())}`;
}

/** Which days a review covers, the first and the last included. */
export function PeriodPicker({ period, onPeriod }: { period: Period; onPeriod: (period: Period) => void }) {
  const [first, setFirst] = useState(dayOf(new Date(period.from)));
  const [last, setLast] = useState(dayOf(new Date(Date.parse(period.to) - dayMs / 2)));

  function choose(next: Period): void {
    setFirst(dayOf(new Date(next.from)));
    setLast(dayOf(new Date(Date.parse(next.to) - dayMs / 2)));
    onPeriod(next);
  }

  return (
    <form
      className="period"
      aria-label="Period"
      onSubmit={event => {
        event.preventDefault();
        const from = new Date(`${first}T00:00:00`);
        const to = new Date(`${last}T00:00:00`);
        if (from <= to) onPeriod({ from: from.toISOString(), to: endOf(to) });
      }}
    >
      <TextInput
        type="date"
        label="From"
        required
        max={last}
        value={first}
        onChange={event => setFirst(event.currentTarget.value)}
      />
      <TextInput
        type="date"
        label="Up to and with"
        required
        min={first}
        value={last}
        onChange={event => setLast(event.currentTarget.value)}
      />
      <Button type="submit">Show</Button>
      <Button variant="default" onClick={() => choose(calendarQuarter(0))}>
        This quarter
      </Button>
      <Button variant="default" onClick={() => choose(calendarQuarter(1))}>
        The quarter before
      </Button>
    </form>
  );
}
