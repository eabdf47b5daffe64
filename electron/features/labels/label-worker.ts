import type { DrawnLabel } from './draw.ts';
import type { Label } from './label.ts';

/** What the labels feature asks of the worker process. */
export type LabelTasks = { 'label.draw': { input: Label; output: DrawnLabel } };
