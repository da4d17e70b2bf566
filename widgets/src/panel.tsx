import { ReactWidget, UseSignal } from '@jupyterlab/ui-components';
import * as React from 'react';

import { panelIcon } from './icons';
import { PanelModel } from './model';
import { Part } from './tokens';
import { Words } from './translate';
import { DataView } from './views/data';
import { DecideView } from './views/decide';
import { IViewProps } from './views/parts';
import { RunView } from './views/run';
import { RunsView } from './views/runs';
import { ScheduleView } from './views/schedule';

const PARTS: Part[] = ['data', 'run', 'decide', 'runs', 'schedule'];

/** The side panel: a list of tabs, and the view of the chosen one. */
export class Panel extends ReactWidget {
  constructor(private readonly props: IViewProps & { chooseFile: () => void }) {
    super();
    this.id = 'crm-analysis-panel';
    this.addClass('crm-Panel');
    this.title.icon = panelIcon;
    this.title.caption = props.words.__('CRM analysis');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', props.words.__('CRM analysis'));
  }

  protected render(): JSX.Element {
    const { model } = this.props;
    return <UseSignal signal={model.changed}>{() => <Content {...this.props} />}</UseSignal>;
  }
}

function names(words: Words): Record<Part, string> {
  return {
    data: words.__('Data'),
    run: words.__('Run'),
    decide: words.__('Decide'),
    runs: words.__('Runs'),
    schedule: words.__('Schedule')
  };
}

/** Tabs are moved through with the arrow keys, Home and End, as readers of a screen expect. */
function Tabs(props: { model: PanelModel; words: Words }): JSX.Element {
  const { model, words } = props;
  const list = React.useRef<HTMLDivElement>(null);
  const move = (event: React.KeyboardEvent): void => {
    const at = PARTS.indexOf(model.part);
    const last = PARTS.length - 1;
    const to = { ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last }[
      event.key
    ];
    if (to !== undefined) {
      event.preventDefault();
      void model.show(PARTS[to]);
      list.current?.querySelectorAll<HTMLElement>('[role=tab]')[to].focus();
    }
  };
  return (
    <div className="crm-Tabs" role="tablist" aria-label={words.__('Parts')} ref={list} onKeyDown={move}>
      {PARTS.map(part => (
        <button
          key={part}
          type="button"
          role="tab"
          id={`crm-tab-${part}`}
          aria-selected={part === model.part}
          aria-controls="crm-part"
          tabIndex={part === model.part ? 0 : -1}
          className="crm-Tab"
          onClick={() => void model.show(part)}
        >
          {names(words)[part]}
        </button>
      ))}
    </div>
  );
}

function Content(props: IViewProps & { chooseFile: () => void }): JSX.Element {
  const { model, words } = props;
  const views: Record<Part, () => JSX.Element> = {
    data: () => <DataView {...props} />,
    run: () => <RunView {...props} />,
    decide: () => <DecideView {...props} />,
    runs: () => <RunsView {...props} />,
    schedule: () => <ScheduleView {...props} />
  };
  return (
    <div className="crm-Content" lang={words.lang}>
      <Tabs model={model} words={words} />
      <div id="crm-part" role="tabpanel" aria-labelledby={`crm-tab-${model.part}`} aria-busy={model.busy}>
        {model.error && (
          <p className="crm-error" role="alert">
            {model.error}
          </p>
        )}
        {views[model.part]()}
      </div>
    </div>
  );
}
