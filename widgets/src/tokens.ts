/** What the server answers; the routes say what each field means. */

export type StepState = 'waiting' | 'running' | 'done' | 'failed' | 'stopped';

export type JobState =
  | 'waiting'
  | 'preparing'
  | 'running'
  | 'cancelling'
  | 'done'
  | 'failed'
  | 'cancelled'
  | 'interrupted';

export interface IStepProgress {
  number: string;
  title: string;
  state: StepState;
  cell: number;
  cells: number;
  seconds: number | null;
}

export interface IJob {
  id: number;
  settings: string | null;
  run: string | null;
  state: JobState;
  lang: string;
  steps: IStepProgress[];
  left_seconds: number | null;
  message: string;
  report: string | null;
  created_at: string;
  ended_at: string | null;
}

export interface ISettingsFile {
  path: string;
  name: string;
  lang: string;
}

export interface IStep {
  number: string;
  name: string;
  title: string;
  seconds: number | null;
}

export interface IParameter {
  name: string;
  type: 'text' | 'integer' | 'number' | 'boolean' | 'other';
  default: string;
  steps: string[];
}

export interface ISteps {
  steps: IStep[];
  parameters: IParameter[];
}

export interface IRun {
  run: string;
  state: string;
  step: string | null;
  reason: string | null;
  created_at: string;
  finished_at: string | null;
  whole: boolean;
  report: string | null;
}

export interface IDecision {
  value: string;
  label: string;
  reason: string;
  by: string;
  at: string;
  review_on: string;
  due: boolean;
}

export interface IAction {
  segment: string;
  strategy: string;
  name: string;
  customers: string;
  channel: string;
  cost: string;
  pays_if: string;
  evidence: string;
  decision: IDecision | null;
}

export interface IActions {
  run: string | null;
  strategies: { code: string; label: string }[];
  actions: IAction[];
}

export interface IColumnLook {
  header: string;
  examples: string[];
  column: string | null;
  certainty: 'set' | 'name' | 'values' | 'none';
}

export interface ILook {
  columns: IColumnLook[];
  known: string[];
  missing: string[];
  identified: string[];
  notes: string[];
}

export interface ICheck {
  ok: boolean;
  text: string;
  message: string;
}

export interface IRunRequest {
  settings: string;
  lang: string;
  steps: string[];
  parameters: Record<string, string>;
  resume: boolean;
}

export interface INewSettings {
  data: string;
  name: string;
  currency: string;
  lang: string;
  columns: Record<string, string>;
}

/** A part of the panel. */
export type Part = 'data' | 'run' | 'decide' | 'runs' | 'schedule';

/** States in which a job is still to end. */
export const UNDER_WAY: readonly JobState[] = ['waiting', 'preparing', 'running', 'cancelling'];
