import type { DeviceRecordParts } from '../../../shared/report-document.ts';
import type { JobHistory } from './job-history.ts';

/** That the job left this station unfinished; nothing for one that did not. */
export function handedOver(history: JobHistory): Pick<DeviceRecordParts, 'handedOver'> {
  const entry = history.first('job.handed_over');
  if (!entry) return {};
  const fileSha256 = history.last('job.handover_saved')?.data.sha256 ?? null;
  return { handedOver: { at: entry.at, person: history.person(entry.actor), fileSha256 } };
}

/** Where the job came from; nothing for one that began here. */
export function takenOver(history: JobHistory): Pick<DeviceRecordParts, 'takenOver'> {
  const entry = history.first('job.taken_over');
  if (!entry) return {};
  const { origin, station, ticket, sha256, carried } = entry.data;
  const { erasure: erasureStatus, attempts, interruptions, drawn } = carried;
  const there = { origin, station: station || null, ticket, fileSha256: sha256 };
  const person = history.person(entry.actor);
  return { takenOver: { at: entry.at, person, ...there, erasureStatus, attempts, interruptions, drawn } };
}
