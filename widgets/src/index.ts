import { ILayoutRestorer, JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { FileDialog, IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { addCommands, offerCommands, OPEN } from './commands';
import { PanelModel } from './model';
import { Panel } from './panel';
import { openReport } from './report';
import { Door } from './request';
import { StatusItem } from './status';
import { Part } from './tokens';
import { Words } from './translate';

const REMEMBERED = 'crm-analysis:settings';

/** The choice of settings is kept in the browser. */
const remembered = {
  get: (): string | null => window.localStorage.getItem(REMEMBERED),
  set: (path: string): void => window.localStorage.setItem(REMEMBERED, path)
};

async function chooseFile(manager: IDocumentManager, model: PanelModel, words: Words): Promise<void> {
  const chosen = await FileDialog.getOpenFiles({ manager, title: words.__('Choose a file of order lines') });
  const path = chosen.value?.[0]?.path;
  if (chosen.button.accept && path) {
    await model.lookAt(path);
  }
}

/** The panel with its commands, launcher card, menu entry and status. */
const plugin: JupyterFrontEndPlugin<void> = {
  id: 'crm-analysis:panel',
  description: 'Data, runs and decisions of a CRM analysis in a side panel.',
  autoStart: true,
  requires: [IDocumentManager],
  optional: [ITranslator, ICommandPalette, ILauncher, IFileBrowserFactory, IStatusBar, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    manager: IDocumentManager,
    translator: ITranslator | null,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    files: IFileBrowserFactory | null,
    statusBar: IStatusBar | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const words = new Words(translator);
    const door = new Door(app.serviceManager.serverSettings, words.lang);
    const model = new PanelModel(door, remembered);
    const open = (path: string): void => void model.working(() => openReport(app, door, words, path));
    const panel = new Panel({
      model,
      words,
      openReport: open,
      chooseFile: () => void chooseFile(manager, model, words)
    });
    app.shell.add(panel, 'left', { rank: 600 });
    restorer?.add(panel, panel.id);
    const openPanel = (part: Part): void => {
      app.shell.activateById(panel.id);
      void model.show(part);
    };
    addCommands({ app, model, words, openPanel, openReport: open, files });
    const other = (translator ?? nullTranslator).load('jupyterlab').__('Other');
    offerCommands(palette, launcher, words, other);
    statusBar?.registerStatusItem('crm-analysis:status', {
      item: new StatusItem(model, words, () => void app.commands.execute(OPEN, { part: 'run' })),
      align: 'left',
      rank: 50,
      isActive: () => model.jobUnderWay !== null,
      activeStateChanged: model.changed
    });
    void app.restored.then(() => model.start());
  }
};

export default plugin;
