import * as React from 'react';

import { IViewProps, Push } from './parts';

/** Says that schedules are not there yet, and what serves until then. */
export function ScheduleView(props: IViewProps): JSX.Element {
  const { model, words } = props;
  const file = model.chosen?.path ?? 'crm.toml';
  return (
    <div className="crm-View">
      <p>{words.__('Runs on a schedule are not there yet.')}</p>
      <p>
        {words.__('First: let one run succeed under Run. Until then the scheduler of your system can start this line:')}
      </p>
      <pre className="crm-Check crm-mod-wrapped">{`crm-analysis run ${file}`}</pre>
      <p className="crm-hint">
        {words.__('It ends with 0 when the report is done, 1 for data or settings to mend, 3 for a step that failed.')}
      </p>
      <div>
        <Push text={words.__('Go to Run')} onClick={() => void model.show('run')} />
      </div>
    </div>
  );
}
