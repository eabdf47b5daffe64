import { afterEach, describe, expect, test } from 'vitest';
import type { AccessReview } from '../../shared/access.ts';
import { TableDocument } from '../../shared/table-document.ts';
import { openPdf } from '../../shared/verify/pdf-attachments.ts';
import { checkPdfSignature } from '../../shared/verify/pdf-signature.ts';
import { passwords, staff, startStation, type TestStation } from '../support/start-station.ts';

let bench: TestStation;
afterEach(() => bench.close());

const period = { from: '2025-12-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };
const of = (review: AccessReview, name: string) => review.people.find(person => person.operatorName === name);

describe('the access review', () => {
  test('says who has what, since when, and what they did with it', async () => {
    bench = await startStation();
    const { admin, technician } = await staff(bench);
    await expect(technician['users.list']()).rejects.toMatchObject({ code: 'not_permitted' });
    const stranger = bench.connect('stranger');
    await expect(
      stranger['identity.sign_in']({ name: 'Nobody Known', password: 'whatever it is' }),
    ).rejects.toMatchObject({ code: 'sign_in_failed' });
    await expect(
      stranger['identity.sign_in']({ name: 'Sue Supervisor', password: 'not her password' }),
    ).rejects.toMatchObject({ code: 'sign_in_failed' });
    await admin['identity.step_up']({ password: passwords.admin });
    const tom = (await admin['users.list']()).find(user => user.role === 'technician');
    if (tom) await admin['users.deactivate']({ operatorId: tom.id });
    const review = await admin['access.review'](period);
    expect(review.people).toHaveLength(4);
    expect(of(review, 'Tom Technician')).toMatchObject({
      role: 'technician',
      active: false,
      signIns: 1,
      refusals: 1,
      roleSince: expect.any(String),
      lastSignIn: expect.any(String),
    });
    expect(of(review, 'Sue Supervisor')).toMatchObject({ failedAttempts: 1, secondFactor: true });
    expect(of(review, 'Tom Technician')).toMatchObject({ failedAttempts: 0, secondFactor: false });
    expect(of(review, 'Ada Admin')).toMatchObject({ role: 'admin', active: true, stepUps: 1, exports: 0 });
    expect(review).toMatchObject({ unknownAttempts: 1, lastReview: null });
  });

  test('counts only what lies in its period', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    const later = { from: '2026-02-01T00:00:00.000Z', to: '2026-03-01T00:00:00.000Z' };
    expect(of(await admin['access.review'](later), 'Tom Technician')).toMatchObject({
      signIns: 0,
      lastSignIn: expect.any(String),
    });
    const earlier = { from: '2025-02-01T00:00:00.000Z', to: '2025-03-01T00:00:00.000Z' };
    expect(of(await admin['access.review'](earlier), 'Tom Technician')).toMatchObject({ signIns: 0, lastSignIn: null });
  });

  test('is for admins and auditors, who see initials and sign nothing', async () => {
    bench = await startStation();
    const { technician, supervisor, auditor } = await staff(bench);
    for (const other of [technician, supervisor])
      await expect(other['access.review'](period)).rejects.toMatchObject({ code: 'not_permitted' });
    const { people, upTo, digest } = await auditor['access.review'](period);
    expect(people.map(person => person.operatorName)).toContain('T. T.');
    await expect(auditor['access.sign_off']({ ...period, upTo, digest })).rejects.toMatchObject({
      code: 'not_permitted',
    });
  });

  test('is signed off as it was seen, and not when it has changed', async () => {
    bench = await startStation();
    const { admin, technician, auditor } = await staff(bench);
    await admin['identity.step_up']({ password: passwords.admin });
    const { upTo, digest } = await admin['access.review'](period);
    await admin['users.invite']({ name: 'New Person', role: 'auditor' });
    const seen = { ...period, upTo, digest };
    await expect(admin['access.sign_off'](seen)).rejects.toMatchObject({ code: 'conflict' });
    const now = await admin['access.review'](period);
    // What happens between the look and the signature is not vouched for, and does not stand in its way.
    await expect(technician['users.list']()).rejects.toMatchObject({ code: 'not_permitted' });
    const signed = await admin['access.sign_off']({ ...period, upTo: now.upTo, digest: now.digest });
    expect(signed).toMatchObject({ lastReview: { byName: 'Ada Admin', ...period } });
    const [entry] = await auditor['journal.list']({ limit: 1 });
    expect(entry).toMatchObject({
      type: 'access.reviewed',
      data: { ...period, people: 5, upTo: now.upTo, digest: now.digest },
    });
  });

  test('is a table that no spreadsheet takes for formulas, and its export is recorded', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    await admin['identity.step_up']({ password: passwords.admin });
    await admin['users.invite']({ name: '-2 cmd', role: 'auditor' });
    const { fileName, contentBase64 } = await admin['access.export']({ ...period, format: 'csv' });
    expect(fileName).toBe('access-review-2025-12-01-2026-03-01.csv');
    const text = Buffer.from(contentBase64, 'base64').toString();
    expect(text).toContain("\r\n'-2 cmd,auditor,");
    expect(text).toContain('Sue Supervisor,supervisor,');
    const [entry] = await admin['journal.list']({ limit: 1 });
    expect(entry).toMatchObject({ type: 'table.exported', data: { table: 'access_review', ...period } });
    expect(of(await admin['access.review'](period), 'Ada Admin')).toMatchObject({ exports: 1 });
  });

  test('is a signed document too, with its figures attached', async () => {
    bench = await startStation();
    const { admin } = await staff(bench);
    await admin['identity.step_up']({ password: passwords.admin });
    const { fileName, contentBase64 } = await admin['access.export']({ ...period, format: 'pdf' });
    expect(fileName).toBe('access-review-2025-12-01-2026-03-01.pdf');
    const pdf = Buffer.from(contentBase64, 'base64');
    const { pem } = await admin['reports.site_ca']();
    const { attachments } = await openPdf(pdf);
    const table = TableDocument.parse(JSON.parse(Buffer.from(attachments.get('table.json') ?? []).toString()));
    expect(table.rows.map(([person]) => person)).toContain('Tom Technician');
    expect(await checkPdfSignature(pdf, { caPem: pem })).toMatchObject({ ok: true });
    const [entry] = await admin['journal.list']({ limit: 1 });
    expect(entry?.data).toMatchObject({ table: 'access_review', format: 'pdf' });
  });
});
