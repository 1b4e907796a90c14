// The one dialog of the page: a title, what is asked, and the buttons that answer it.
import { button, byId, element, fill } from './dom.ts';

export interface Question {
  title: string;
  body: (Node | string)[];
  /** The last one is the usual answer. What it returns false for keeps the dialog open. */
  answers: { label: string; choose: () => unknown; kind?: 'main' | 'danger' }[];
}

/** Opens the dialog; Escape closes it and changes nothing. The focus goes back where it was. */
export function openDialog({ title, body, answers }: Question): void {
  const dialog = byId('dialog') as HTMLDialogElement;
  const close = () => dialog.close();
  const buttons = answers.map(({ label, choose, kind }) =>
    button(
      label,
      async () => {
        if ((await choose()) !== false) close();
      },
      { class: kind },
    ),
  );
  fill(
    dialog,
    element('h2', { id: 'dialog-title' }, title),
    element('div', { class: 'dialog-body' }, ...body),
    element('p', { class: 'dialog-answers' }, ...buttons),
  );
  if (!dialog.open) dialog.showModal();
}

/** Whether a dialog is in front of the page. */
export function dialogIsOpen(): boolean {
  return (byId('dialog') as HTMLDialogElement).open;
}
