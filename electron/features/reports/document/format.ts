import type { Texts } from './texts.ts';

const minuteMs = 60_000;

/** Instant (UTC, ISO 8601) as local time of a zone with this offset: `23 Nov 2026, 10:30:00 UTC+01:00`. */
export function formatInstant(
  instant: string,
  utcOffsetMinutes: number,
  texts: Pick<Texts, 'months' | 'date'>,
): string {
  const local = new Date(Date.parse(instant) + utcOffsetMinutes * minuteMs);
  const month = texts.months[local.getUTCMonth()] ?? '';
  const date = texts.date(local.getUTCDate(), month, local.getUTCFullYear());
  return `${date}, ${local.toISOString().slice(11, 19)} ${formatOffset(utcOffsetMinutes)}`;
}

function formatOffset(minutes: number): string {
  if (minutes === 0) return 'UTC';
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `UTC${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}

/** Milliseconds as the two largest units that matter, rounded down to whole seconds. */
export function formatDuration(ms: number, unit: { hours: string; minutes: string; seconds: string }): string {
  const seconds = Math.floor(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), unit.hours],
    [Math.floor(seconds / 60) % 60, unit.minutes],
    [seconds % 60, unit.seconds],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  if (first < 0) return `0 ${unit.seconds}`;
  return parts
    .slice(first)
    .map(([value, name]) => `${value} ${name}`)
    .join(' ');
}

/** Bytes in decimal units as storage is sold: `256 GB`. */
export function formatCapacity(bytes: number, decimalMark: string): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${formatNumber(String(Math.round(value * 10) / 10), decimalMark)} ${units[unit]}`;
}

/** A number with the language's decimal mark and no grouping. */
export function formatNumber(value: string, decimalMark: string): string {
  return value.replace('.', decimalMark).replace('-', '−');
}
