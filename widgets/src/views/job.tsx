import * as React from 'react';

import { Words } from '../translate';
import { IJob, IStepProgress, JobState, UNDER_WAY } from '../tokens';
import { IViewProps, Push } from './parts';

/** Name of a state. */
export function stateName(state: JobState | string, words: Words): string {
  const names: Record<string, string> = {
    waiting: words.__('waiting for its turn'),
    queued: words.__('waiting for its turn'),
    preparing: words.__('loading and cleaning the data'),
    running: words.__('running'),
    cancelling: words.__('being cancelled'),
    cancelled: words.__('cancelled'),
    failed: words.__('failed'),
    interrupted: words.__('interrupted'),
    done: words.__('done')
  };
  return names[state] ?? state;
}

/** How far a step is, in words. */
export function stepState(step: IStepProgress, words: Words): string {
  if (step.state === 'done') {
    return step.seconds === null ? words.__('done') : words.__('done, {time}', { time: words.duration(step.seconds) });
  }
  if (step.state === 'running' && step.cell === 0) {
    return words.__('starting');
  }
  if (step.state === 'running') {
    return words.__('cell {cell} of {cells}', { cell: step.cell, cells: step.cells });
  }
  if (step.state === 'stopped') {
    return words.__('stopped');
  }
  return step.state === 'failed' ? words.__('failed') : '';
}

const STOPPED: readonly JobState[] = ['failed', 'cancelled', 'interrupted'];

const MARKS: Record<string, string> = { waiting: '○', running: '◐', done: '●', failed: '✕', stopped: '◌' };

function StepLine(props: { step: IStepProgress; words: Words }): JSX.Element {
  const { step, words } = props;
  return (
    <li className={`crm-Step crm-mod-${step.state}`}>
      <span aria-hidden="true">{MARKS[step.state]}</span>
      <span className="crm-Step-title">
        {step.number} {step.title}
      </span>
      <span className="crm-Step-state">{stepState(step, words)}</span>
    </li>
  );
}

/** The share of a job that is done; a step counts by its cells. */
export function share(job: IJob): number {
  const parts = job.steps.map(step =>
    step.state === 'done' ? 1 : step.state === 'running' && step.cells ? (step.cell - 1) / step.cells : 0
  );
  return parts.reduce((sum, part) => sum + part, 0) / Math.max(1, parts.length);
}

/** A run that was started here: steps, time left, how it ended. */
export function JobView(props: IViewProps & { job: IJob }): JSX.Element {
  const { job, words, model } = props;
  const underWay = UNDER_WAY.includes(job.state);
  const state = stateName(job.state, words);
  const hasBegun = underWay || job.steps.some(step => step.state !== 'waiting');
  const left = job.left_seconds ? words.__('about {time} left', { time: words.duration(job.left_seconds) }) : '';
  return (
    <section className="crm-Job" aria-label={words.__('Progress')}>
      <p className="crm-Job-head" role="status">
        <b>{underWay ? state : words.__('Last run: {state}', { state })}</b> {left}
      </p>
      {underWay && <progress className="crm-Job-bar" max={1} value={share(job)} aria-label={words.__('Progress')} />}
      {job.message && (
        <p className="crm-error" role="alert">
          {job.message}
        </p>
      )}
      {hasBegun && (
        <ol className="crm-Steps">
          {job.steps.map(step => (
            <StepLine key={step.number} step={step} words={words} />
          ))}
        </ol>
      )}
      <div className="crm-row">
        {underWay && job.state !== 'cancelling' && (
          <Push text={words.__('Cancel the run')} kind="warn" onClick={() => void model.cancel(job)} />
        )}
        {STOPPED.includes(job.state) && job.run && job.settings && (
          <Push
            text={words.__('Go on where it stopped')}
            disabled={model.busy}
            onClick={() => void model.goOn(job)}
          />
        )}
        {job.report && (
          <Push text={words.__('Open the report')} kind="accept" onClick={() => props.openReport(job.report!)} />
        )}
      </div>
    </section>
  );
}
