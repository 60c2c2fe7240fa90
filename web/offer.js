// A text that could not be copied or saved (a sandboxed frame, an old browser), shown for copying by
// hand. A real dialog: the keyboard works, Escape closes it, and the text is only ever text.

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
.ap-offer { max-width: min(34em, 92vw); width: 100%; border: 1px solid var(--line); border-radius: 10px; padding: 16px;
  background: var(--panel); color: var(--ink); }
.ap-offer::backdrop { background: rgb(0 0 0 / .35); }
.ap-offer h2 { font-size: 15px; margin: 0 0 8px; }
.ap-offer textarea { display: block; width: 100%; margin: 0 0 10px; padding: 8px; resize: vertical; color: inherit;
  background: var(--ground); border: 1px solid var(--line); border-radius: 5px;
  font: 13px/1.4 'Attention Mono', ui-monospace, monospace; overflow-wrap: anywhere; }
`);

export function offer(title, text) {
  if (!document.adoptedStyleSheets.includes(sheet)) document.adoptedStyleSheets.push(sheet);
  const dialog = document.createElement('dialog');
  dialog.className = 'ap-offer';
  dialog.setAttribute('aria-labelledby', 'ap-offer-title');
  const heading = Object.assign(document.createElement('h2'), {
    id: 'ap-offer-title',
    textContent: title,
  });
  const area = Object.assign(document.createElement('textarea'), {
    value: text,
    readOnly: true,
    rows: 6,
  });
  area.setAttribute('aria-label', title);
  const close = Object.assign(document.createElement('button'), {
    type: 'button',
    textContent: 'Close',
  });
  close.addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => dialog.remove());
  dialog.append(heading, area, close);
  document.body.append(dialog);
  dialog.showModal();
  area.select();
}
