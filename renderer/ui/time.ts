const clockTime = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const dayAndTime = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
});
const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const date = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });

/** The day of an instant in local time. */
export function day(instant: string): string {
  return date.format(new Date(instant));
}

/** An instant in local time: the clock alone when it is today, with the day otherwise. */
export function shortTime(instant: string): string {
  const then = new Date(instant);
  return then.toDateString() === new Date().toDateString() ? clockTime.format(then) : dayAndTime.format(then);
}

/** An instant in local time, to the second. */
export function fullTime(instant: string): string {
  return full.format(new Date(instant));
}

/** How long ago an instant is, roughly: `just now`, `12 min ago`, `3 h ago`, `2 days ago`. */
export function ageText(instant: string, now = Date.now()): string {
  const minutes = Math.max(0, Math.floor((now - Date.parse(instant)) / 60_000));
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}
