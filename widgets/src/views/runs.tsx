import * as React from 'react';

import { ChosenSettings, IViewProps, Push } from './parts';
import { stateName } from './job';

/** Runs of the project, newest first. */
export function RunsView(props: IViewProps): JSX.Element {
  const { model, words } = props;
  if (!model.chosen) {
    return <ChosenSettings {...props} />;
  }
  return (
    <div className="crm-View">
      <ChosenSettings {...props} />
      {model.runs !== null && model.runs.length === 0 && (
        <p>{words.__('Nothing has run yet. First: start a run under Run.')}</p>
      )}
      <ul className="crm-List">
        {(model.runs ?? []).map(run => (
          <li key={run.run} className="crm-Card">
            <div className="crm-Card-head">
              <b>{words.moment(run.created_at)}</b>
              <span>{stateName(run.state, words)}</span>
            </div>
            <div className="crm-hint">
              {run.run}
              {run.report && !run.whole ? ` · ${words.__('single steps')}` : ''}
            </div>
            {run.reason && <p className="crm-error">{run.reason}</p>}
            {run.report && (
              <Push
                text={words.__('Open the report')}
                label={words.__('Open the report of {run}', { run: run.run })}
                onClick={() => props.openReport(run.report!)}
              />
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
