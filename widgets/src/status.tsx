import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { PanelModel } from './model';
import { IJob } from './tokens';
import { Words } from './translate';
import { stateName, stepState } from './views/job';

/** The run at work, in the status bar; a click opens the panel. */
export class StatusItem extends ReactWidget {
  constructor(
    private readonly model: PanelModel,
    private readonly words: Words,
    private readonly open: () => void
  ) {
    super();
    this.addClass('jp-mod-highlighted');
  }

  protected render(): JSX.Element {
    return (
      <UseSignal signal={this.model.changed}>
        {() => {
          const job = this.model.jobUnderWay;
          return job ? (
            <button
              type="button"
              className="crm-Status"
              title={this.words.__('Open the CRM analysis panel')}
              onClick={this.open}
            >
              {this.text(job)}
            </button>
          ) : (
            <></>
          );
        }}
      </UseSignal>
    );
  }

  private text(job: IJob): string {
    const step = job.steps.find(one => one.state === 'running');
    const where = step ? `${step.number} ${step.title}, ${stepState(step, this.words)}` : stateName(job.state, this.words);
    return `CRM: ${where}`;
  }
}
