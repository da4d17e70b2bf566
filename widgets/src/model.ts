import { ISignal, Signal } from '@lumino/signaling';

import { Door } from './request';
import {
  IActions,
  ICheck,
  IJob,
  ILook,
  INewSettings,
  IRun,
  IRunRequest,
  ISettingsFile,
  ISteps,
  Part,
  UNDER_WAY
} from './tokens';

/** State of the panel; emits `changed` after every change. */
export class PanelModel {
  part: Part = 'run';
  settings: ISettingsFile[] | null = null;
  chosen: ISettingsFile | null = null;
  steps: ISteps | null = null;
  jobs: IJob[] = [];
  runs: IRun[] | null = null;
  actions: IActions | null = null;
  dataFile: string | null = null;
  look: ILook | null = null;
  becomes: Record<string, string> = {};
  missing: string[] = [];
  check: ICheck | null = null;
  busy = false;
  error = '';

  constructor(
    readonly door: Door,
    private readonly remembered: { get(): string | null; set(path: string): void }
  ) {}

  get changed(): ISignal<this, void> {
    return this._changed;
  }

  /** The newest job of the chosen settings. */
  get job(): IJob | null {
    return this.jobs.find(job => job.settings === this.chosen?.path) ?? null;
  }

  /** The job at work, of whatever settings. */
  get jobUnderWay(): IJob | null {
    const open = this.jobs.filter(job => UNDER_WAY.includes(job.state));
    return open.find(job => job.state !== 'waiting') ?? open[0] ?? null;
  }

  /** Begin to listen, and find the files of settings. */
  async start(): Promise<void> {
    this.door.watch(jobs => this.takeJobs(jobs));
    await this.refresh();
  }

  /** Look for files of settings anew, keeping the choice. */
  async refresh(wanted?: string): Promise<void> {
    await this.working(async () => {
      this.settings = await this.door.get<ISettingsFile[]>('settings');
      const path = wanted ?? this.chosen?.path ?? this.remembered.get();
      const found = this.settings.find(file => file.path === path) ?? this.settings[0] ?? null;
      await this.take(found);
    });
  }

  /** Choose a file of settings. */
  async choose(path: string): Promise<void> {
    await this.working(() => this.take(this.settings?.find(file => file.path === path) ?? null));
  }

  /** Turn to a part and read what it shows. */
  async show(part: Part): Promise<void> {
    this.part = part;
    await this.working(() => this.readPart());
  }

  async startRun(request: IRunRequest): Promise<void> {
    await this.working(async () => {
      const job = await this.door.post<IJob>('runs', {}, request);
      this.jobs = [job, ...this.jobs.filter(other => other.id !== job.id)];
    });
  }

  /** Go on with the run that stopped, in its own language and with its own parameters. */
  async goOn(job: IJob): Promise<void> {
    await this.startRun({ settings: job.settings ?? '', lang: job.lang, steps: [], parameters: {}, resume: true });
  }

  async cancel(job: IJob): Promise<void> {
    await this.working(async () => {
      await this.door.post<IJob>(`jobs/${job.id}/cancel`, {}, {});
    });
  }

  async runCheck(): Promise<void> {
    this.check = null;
    await this.working(async () => {
      this.check = await this.door.get<ICheck>('check', this.query);
    });
  }

  /** Look at a file of order lines. */
  async lookAt(path: string): Promise<void> {
    this.part = 'data';
    this.dataFile = path;
    this.look = null;
    await this.working(async () => {
      const look = await this.door.get<ILook>('look', { path });
      this.becomes = Object.fromEntries(look.columns.map(column => [column.header, column.column ?? '']));
      this.missing = look.missing;
      this.look = look;
    });
  }

  /** Say what a header becomes, and ask what is needed beside it. */
  async become(header: string, column: string): Promise<void> {
    this.becomes = { ...this.becomes, [header]: column };
    await this.working(async () => {
      const columns = [...Object.values(this.becomes).filter(name => name), ...(this.look?.identified ?? [])];
      this.missing = (await this.door.post<{ missing: string[] }>('look', {}, { columns })).missing;
    });
  }

  /** Columns that two headers would become. */
  get twice(): string[] {
    const names = Object.values(this.becomes).filter(name => name);
    return [...new Set(names.filter((name, at) => names.indexOf(name) !== at))];
  }

  /** Go back from a file to the settings. */
  closeLook(): void {
    this.dataFile = null;
    this.look = null;
    this.error = '';
    this._changed.emit();
  }

  async save(settings: INewSettings): Promise<void> {
    let path = '';
    await this.working(async () => {
      path = (await this.door.post<{ path: string }>('settings', {}, settings)).path;
    });
    if (path) {
      this.closeLook();
      await this.refresh(path);
      await this.runCheck();
    }
  }

  async decide(segment: string, strategy: string | null, reason: string, seen: string): Promise<void> {
    await this.working(async () => {
      this.actions = await this.door.post<IActions>('actions', this.query, { segment, strategy, reason, seen });
    });
  }

  /** Do something with the server; what it refuses is shown. */
  async working(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.error = '';
    this._changed.emit();
    try {
      await work();
    } catch (reason) {
      this.error = reason instanceof Error ? reason.message : String(reason);
    }
    this.busy = false;
    this._changed.emit();
  }

  private get query(): Record<string, string> {
    return { settings: this.chosen?.path ?? '' };
  }

  private async take(file: ISettingsFile | null): Promise<void> {
    if (file?.path !== this.chosen?.path) {
      this.check = null;
    }
    this.chosen = file;
    this.steps = null;
    this.runs = null;
    this.actions = null;
    if (file) {
      this.remembered.set(file.path);
      this.steps = await this.door.get<ISteps>('steps', this.query);
      await this.readPart();
    }
  }

  private async readPart(): Promise<void> {
    if (!this.chosen) {
      return;
    }
    if (this.part === 'runs') {
      this.runs = await this.door.get<IRun[]>('runs', this.query);
    } else if (this.part === 'decide') {
      this.actions = await this.door.get<IActions>('actions', this.query);
    }
  }

  private takeJobs(jobs: IJob[]): void {
    const before = this.job?.state;
    this.jobs = jobs;
    const ended = before !== undefined && before !== this.job?.state && !UNDER_WAY.includes(this.job?.state ?? 'done');
    this._changed.emit();
    if (ended) {
      void this.working(() => this.readPart());
    }
  }

  private readonly _changed = new Signal<this, void>(this);
}
