import { BenchError } from '../../../shared/errors.ts';
import type { trainingMethods, VirtualFault } from '../../../shared/training.ts';
import type { Handlers } from '../../handlers.ts';

/** Virtual devices that a trainee plugs in and out. */
export type TrainingBench = {
  plugIn(fault: VirtualFault | null): { portPath: string };
  /** Puts back what was plugged in there last; false when nothing was. */
  replug(portPath: string): boolean;
  /** False when nothing is plugged in there. */
  unplug(portPath: string): boolean;
};

/** Plugging virtual devices; refused on a bench that works with real ones. */
export function createTraining(bench: TrainingBench | null) {
  const open = (): TrainingBench => {
    if (bench) return bench;
    throw new BenchError('state_refused', 'This bench works with real devices. Start it with --training to practise.');
  };
  return {
    'training.plug_in': ({ fault }) => open().plugIn(fault ?? null),
    'training.replug': ({ portPath }) => {
      if (!open().replug(portPath)) throw new BenchError('not_found', 'Nothing was plugged in there.');
      return null;
    },
    'training.unplug': ({ portPath }) => {
      if (!open().unplug(portPath)) throw new BenchError('not_found', 'Nothing is plugged in there.');
      return null;
    },
  } satisfies Pick<Handlers, keyof typeof trainingMethods>;
}
