import { BenchError } from '../../../shared/errors.ts';
import { createSteps } from '../../../shared/verify/steps.ts';
import { checkTrust } from '../../../shared/verify/trust.ts';
import type { Database } from '../../database/database.ts';
import type { Central, FleetProof } from '../../drivers/central/central.ts';
import type { Journal } from '../journal/journal.ts';
import { policyOf } from '../journal/policy.ts';
import type { Settings } from '../station/settings.ts';
import { trustOf } from './trust.ts';

type Deps = {
  database: Database;
  journal: Journal;
  settings: Settings;
  ask<T>(question: (server: Central) => Promise<T>): Promise<T | BenchError>;
  log(line: Record<string, unknown>): void;
};

/** Whether the fleet log was seen to revoke this station. */
export function isRevoked(settings: Settings): boolean {
  return (trustOf(settings).fleet?.revoked ?? null) !== null;
}

/** What the fleet log says about this station's keys, kept for reports and exports. */
export function createFleetProofs(deps: Deps) {
  const { database, journal, settings, log } = deps;
  const isBehind = () => {
    const { cosignedSize } = journal.status();
    const confirmed = journal.signing.keys().filter(({ from }) => from > 0 && from <= cosignedSize);
    return (trustOf(settings).fleet?.rotations?.length ?? 0) < confirmed.length;
  };
  const ask = async (oh: string, signal: AbortSignal) => {
    const fleet = await deps.ask(central => central.fleetProof(oh, signal));
    if (fleet instanceof BenchError) return;
    if (holds(fleet)) database.write(tx => settings.set(tx, 'fleet-proof', JSON.stringify(fleet)));
    else log({ level: 'error', event: 'sync.fleet_proof_wrong' });
  };
  const holds = (fleet: FleetProof): boolean => {
    const trust = { ...trustOf(settings), fleet };
    const steps = createSteps();
    const pin = trust.fleetVkey === null ? {} : { fleetVkey: trust.fleetVkey };
    checkTrust(policyOf(journal, trust), pin, steps);
    return steps.verification().ok;
  };
  return {
    /** Asks for what the fleet log says since keys changed; keeps only what holds, and tries again after a later batch. */
    async refresh(oh: string, signal: AbortSignal): Promise<void> {
      if (isBehind()) await ask(oh, signal);
    },
    /** After a refusal: whether the fleet log itself revoked this station. The word of a server alone does not count. */
    async isRevoked(oh: string, signal: AbortSignal): Promise<boolean> {
      await ask(oh, signal);
      return isRevoked(settings);
    },
  };
}
