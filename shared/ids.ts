import { z } from 'zod';

/** Branded ids: a device id cannot be passed where a job id is wanted. */
export const OperatorId = z
  .string()
  .regex(/^op_[0-9a-f-]{36}$/)
  .brand<'OperatorId'>();
export type OperatorId = z.infer<typeof OperatorId>;

/** Subject of a physical device: random, says nothing about it. */
export const DeviceId = z
  .string()
  .regex(/^dv_[0-9a-f-]{36}$/)
  .brand<'DeviceId'>();
export type DeviceId = z.infer<typeof DeviceId>;

/** Subject of a customer. */
export const CustomerId = z
  .string()
  .regex(/^cu_[0-9a-f-]{36}$/)
  .brand<'CustomerId'>();
export type CustomerId = z.infer<typeof CustomerId>;

export const LotId = z.uuid().brand<'LotId'>();
export type LotId = z.infer<typeof LotId>;

export const JobId = z.uuid().brand<'JobId'>();
export type JobId = z.infer<typeof JobId>;

export const ApprovalId = z.uuid().brand<'ApprovalId'>();
export type ApprovalId = z.infer<typeof ApprovalId>;

export const EvidenceId = z.uuid().brand<'EvidenceId'>();
export type EvidenceId = z.infer<typeof EvidenceId>;

export const ReportId = z.uuid().brand<'ReportId'>();
export type ReportId = z.infer<typeof ReportId>;

/** UTC instant, ISO 8601 with milliseconds. */
export const Instant = z.iso.datetime({ precision: 3 });

export const Sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);
