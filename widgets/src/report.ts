import { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import { IFrame } from '@jupyterlab/ui-components';

import { panelIcon } from './icons';
import { Door } from './request';
import { Words } from './translate';

/** Open a report in the main area: its scripts draw the figures, but reach nothing of JupyterLab. */
export async function openReport(app: JupyterFrontEnd, door: Door, words: Words, path: string): Promise<void> {
  const id = `crm-analysis-report-${path.replace(/[^\w-]/g, '-')}`;
  const open = Array.from(app.shell.widgets('main')).find(widget => widget.id === id);
  if (open) {
    app.shell.activateById(id);
    return;
  }
  const frame = new IFrame({ sandbox: ['allow-scripts', 'allow-popups', 'allow-downloads'] });
  frame.url = await door.reportUrl(path);
  const widget = new MainAreaWidget({ content: frame });
  widget.id = id;
  const folders = path.split('/');
  widget.title.label = words.__('Report {run}', { run: folders[folders.length - 2] ?? '' });
  widget.title.icon = panelIcon;
  widget.title.closable = true;
  app.shell.add(widget, 'main');
  app.shell.activateById(id);
}
