const styles = {
  clock: { hour: '2-digit', minute: '2-digit' },
  dayAndClock: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  full: { dateStyle: 'medium', timeStyle: 'medium' },
  day: { dateStyle: 'medium' },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Dates are written from now on as in this language; null as the machine does. */
export function writeDatesIn(language: string | null): void {
  document.documentElement.dataset.dates = language ?? '';
}

function format(then: Date, style: keyof typeof styles): string {
  const { dates } = document.documentElement.dataset;
  return new Intl.DateTimeFormat(dates || undefined, styles[style]).format(then);
}

/** The day of an instant in local time. */
export function day(instant: string): string {
  return format(new Date(instant), 'day');
}

/** An instant in local time: the clock alone when it is today, with the day otherwise. */
export function shortTime(instant: string): string {
  const then = new Date(instant);
  return then.toDateString() === new Date().toDateString() ? format(then, 'clock') : format(then, 'dayAndClock');
}

/** An instant in local time, to the second. */
export function fullTime(instant: string): string {
  return format(new Date(instant), 'full');
}

/** How long ago an instant is, roughly: `just now`, `12 min ago`, `3 h ago`, `2 days ago`. */
export function ageText(instant: string, now = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(instant)) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
