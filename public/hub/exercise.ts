// The learner's files as the page knows them: what is on disk, what is typed, and which of the two
// is newer. Nothing is drawn here, and nothing is overwritten that the learner has not seen.
import { ask, HubError } from './api.ts';
import { type Draft, dropDraft, findDraft, keepDraft } from './drafts.ts';
import type { Live } from './live.ts';
import type { ExerciseMessage } from './protocol.ts';

/** `conflict`: typed here and changed on disk. `gone`: no longer on disk. */
export type FileState = 'saved' | 'unsaved' | 'saving' | 'conflict' | 'gone';

export interface ExerciseFile {
  readonly name: string;
  /** What the editor holds. */
  text: string;
  /** What was on disk when `base` was its hash. */
  onDisk: string;
  /** The hash that a save says it started from; '' for a file that is gone. */
  base: string;
  /** Set while both have changed: the file's text, to be chosen from. */
  theirs?: { text: string; hash: string } | undefined;
  saving: boolean;
  /** The last hash that was announced during a save: its own, or somebody else's. */
  announced?: string | undefined;
}

interface FileOnDisk {
  name: string;
  text: string;
  hash: string;
}

export class Exercise {
  readonly #folder: string;
  readonly #path: string;
  readonly #listeners = new Set<() => void>();
  readonly #files = new Map<string, ExerciseFile>();
  #refreshing: Promise<void> | undefined;
  #refreshAgain = false;

  constructor(live: Live, folder: string) {
    this.#folder = folder;
    this.#path = `/api/exercise/${folder}`;
    live.on<ExerciseMessage>('exercise', (message) => {
      if (message.folder === folder) this.#changedOnDisk(message.file, message.hash ?? '');
    });
    // Some news may have been missed: look again.
    live.on('reset', () => {
      if (this.#files.size > 0) this.refresh().catch(() => {});
    });
  }

  get files(): ExerciseFile[] {
    return [...this.#files.values()];
  }

  file(name: string): ExerciseFile | undefined {
    return this.#files.get(name);
  }

  /** Calls back after every change of text or state. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * Reads the files from the hub, which makes the starter on first use.
   *
   * @returns what the hub says of it, if it had to make something
   * @throws HubError
   */
  async open(): Promise<string | undefined> {
    const { files, message } = await ask<{ files: FileOnDisk[]; message?: string }>(
      'GET',
      this.#path,
    );
    for (const file of files) this.#take(file);
    this.#tell();
    return message;
  }

  /** Looks at the disk again; one look at a time, and never while a save is under way. */
  refresh(): Promise<void> {
    if (this.#refreshing) {
      this.#refreshAgain = true;
      return this.#refreshing;
    }
    this.#refreshing = (async () => {
      do {
        this.#refreshAgain = false;
        await this.open();
      } while (this.#refreshAgain);
    })().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  /** Takes what is typed. */
  edit(name: string, text: string): void {
    const file = this.#files.get(name);
    if (!file || file.text === text) return;
    file.text = text;
    this.#keep(file);
    this.#tell();
  }

  /** Whether anything is typed that is not on disk. */
  get isUnsaved(): boolean {
    return this.files.some((file) => stateOfFile(file) !== 'saved');
  }

  /**
   * Saves every file that has something to save and no conflict.
   *
   * @returns how many were written
   * @throws HubError if the hub cannot be reached or refuses
   */
  async save(): Promise<number> {
    const unsaved = this.files.filter((file) => ['unsaved', 'gone'].includes(stateOfFile(file)));
    const saved = await Promise.all(unsaved.map((file) => this.#saveOne(file)));
    return saved.filter(Boolean).length;
  }

  /** Ends a conflict: what the learner chose is saved over what the page has shown. */
  async settle(name: string, text: string): Promise<void> {
    const file = this.#files.get(name);
    if (!file?.theirs) return;
    const { theirs } = file;
    file.base = theirs.hash;
    file.onDisk = theirs.text;
    file.theirs = undefined;
    file.text = text;
    if (text === theirs.text) this.#settleSaved(file);
    else this.#keep(file);
    this.#tell();
    await this.save();
  }

  async #saveOne(file: ExerciseFile): Promise<boolean> {
    if (file.saving) return false;
    file.saving = true;
    this.#tell();
    const { text, base } = file;
    try {
      const path = `${this.#path}/${encodeURIComponent(file.name)}`;
      const { hash } = await ask<{ hash: string }>('PUT', path, { text, base });
      file.base = hash;
      file.onDisk = text;
      file.theirs = undefined;
      if (file.text === text) this.#settleSaved(file);
      else this.#keep(file);
      return true;
    } catch (error) {
      if (!(error instanceof HubError) || error.status !== 409) throw error;
      this.#refused(file, error.body as { hash?: string; text?: string; deleted?: boolean });
      return false;
    } finally {
      const { announced = file.base } = file;
      file.announced = undefined;
      file.saving = false;
      this.#tell();
      if (!file.theirs) this.#changedOnDisk(file.name, announced);
    }
  }

  /** The disk holds something that this page has not seen: both texts stay. */
  #refused(file: ExerciseFile, there: { hash?: string; text?: string; deleted?: boolean }): void {
    file.saving = false;
    if (there.deleted || !there.hash) {
      file.base = '';
      this.#keep(file);
    } else this.#take({ name: file.name, text: there.text ?? '', hash: there.hash });
  }

  #changedOnDisk(name: string, hash: string): void {
    const file = this.#files.get(name);
    if (file && hash === file.base) return;
    // A save under way announces itself before it is answered; only the answer says which hash is its.
    if (file?.saving) {
      file.announced = hash;
      return;
    }
    if (file && hash === '') {
      file.base = '';
      file.theirs = undefined;
      this.#keep(file);
      this.#tell();
      return;
    }
    if (this.#files.size > 0) this.refresh().catch(() => {});
  }

  /** Takes a file as it is on disk, and finds out how it stands to what is typed. */
  #take({ name, text, hash }: FileOnDisk): void {
    const file = this.#files.get(name);
    if (!file) {
      this.#takeNew({ name, text, hash });
      return;
    }
    if (file.saving) return;
    if (hash === file.base) {
      file.theirs = undefined; // changed, and changed back
      return;
    }
    const isTyped = file.text !== file.onDisk || file.base === '';
    if (!isTyped || text === file.text) {
      file.text = text;
      file.onDisk = text;
      file.base = hash;
      this.#settleSaved(file);
    } else file.theirs = { text, hash };
  }

  #takeNew({ name, text, hash }: FileOnDisk): void {
    const file: ExerciseFile = { name, text, onDisk: text, base: hash, saving: false };
    this.#files.set(name, file);
    const draft: Draft | undefined = findDraft(this.#folder, name);
    if (!draft) return;
    if (draft.text === text) {
      dropDraft(this.#folder, name, text);
      return;
    }
    file.text = draft.text;
    if (draft.base !== hash) {
      file.base = draft.base;
      file.theirs = { text, hash };
    }
  }

  #settleSaved(file: ExerciseFile): void {
    file.theirs = undefined;
    dropDraft(this.#folder, file.name, file.text);
  }

  #keep({ name, base, text, onDisk }: ExerciseFile): void {
    if (text === onDisk && base !== '') dropDraft(this.#folder, name, text);
    else keepDraft(this.#folder, name, { base, text });
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** How a file stands. */
export function stateOfFile({ text, onDisk, base, theirs, saving }: ExerciseFile): FileState {
  if (theirs) return 'conflict';
  if (saving) return 'saving';
  if (base === '') return 'gone';
  return text === onDisk ? 'saved' : 'unsaved';
}
