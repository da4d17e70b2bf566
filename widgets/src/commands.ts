import { JupyterFrontEnd } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';

import { panelIcon } from './icons';
import { PanelModel } from './model';
import { Part, UNDER_WAY } from './tokens';
import { Words } from './translate';

export const OPEN = 'crm-analysis:open';
const RUN = 'crm-analysis:run';
const CANCEL = 'crm-analysis:cancel';
const REPORT = 'crm-analysis:open-latest-report';
const ANALYSE = 'crm-analysis:analyse-file';

const DATA_FILE = /\.(csv|tsv|txt|xlsx|xls|parquet|jsonl|ndjson)$/i;

interface ICommandTools {
  app: JupyterFrontEnd;
  model: PanelModel;
  words: Words;
  openPanel: (part: Part) => void;
  openReport: (path: string) => void;
  files: IFileBrowserFactory | null;
}

/** The newest report that JupyterLab knows of the chosen settings. */
async function latestReport(model: PanelModel): Promise<string | null> {
  await model.show('runs');
  return model.runs?.find(run => run.report && run.whole)?.report ?? null;
}

/** Add the commands, and the entry for data files in the file browser's menu. */
export function addCommands(tools: ICommandTools): void {
  const { app, model, words, openPanel } = tools;
  const selected = (): string | null => {
    const items = Array.from(tools.files?.tracker.currentWidget?.selectedItems() ?? []);
    return items.length === 1 && DATA_FILE.test(items[0].path) ? items[0].path : null;
  };
  app.commands.addCommand(OPEN, {
    label: args => (args.isLauncher ? words.__('CRM analysis') : words.__('Open the CRM analysis panel')),
    caption: words.__('Data, runs and decisions of a CRM analysis'),
    icon: args => (args.isPalette ? undefined : panelIcon),
    execute: args => openPanel((args.part as Part | undefined) ?? model.part)
  });
  app.commands.addCommand(RUN, {
    label: words.__('Start a run of the CRM analysis'),
    execute: () => openPanel('run')
  });
  app.commands.addCommand(CANCEL, {
    label: words.__('Cancel the run of the CRM analysis'),
    isEnabled: () => model.jobUnderWay !== null,
    execute: async () => {
      const job = model.jobUnderWay;
      if (job && UNDER_WAY.includes(job.state)) {
        await model.cancel(job);
      }
    }
  });
  app.commands.addCommand(REPORT, {
    label: words.__('Open the latest CRM report'),
    execute: async () => {
      const path = await latestReport(model);
      if (path) {
        tools.openReport(path);
      } else {
        openPanel('runs');
      }
    }
  });
  app.commands.addCommand(ANALYSE, {
    label: words.__('Analyse as order lines'),
    icon: panelIcon,
    isVisible: () => selected() !== null,
    execute: async args => {
      const path = (args.path as string | undefined) ?? selected();
      if (path) {
        openPanel('data');
        await model.lookAt(path);
      }
    }
  });
  app.contextMenu.addItem({
    command: ANALYSE,
    selector: '.jp-DirListing-item[data-isdir="false"]',
    rank: 3
  });
}

/**
 * Offer the commands in the palette and the panel in the launcher.
 *
 * @param other Name of the launcher's last section, in the words of JupyterLab.
 */
export function offerCommands(
  palette: ICommandPalette | null,
  launcher: ILauncher | null,
  words: Words,
  other: string
): void {
  const category = words.__('CRM analysis');
  for (const command of [OPEN, RUN, CANCEL, REPORT]) {
    palette?.addItem({ command, category, args: { isPalette: true } });
  }
  launcher?.add({ command: OPEN, category: other, rank: 1, args: { isLauncher: true } });
}
