// What the dialog of files is made of: its style and its labels, lists, boxes and chips.
import { make } from './elements.js';

export const STYLE = `
#ap-files { width: min(44rem, calc(100vw - 24px)); max-height: calc(100dvh - 24px); padding: 0; color: var(--ink);
  background: var(--panel); border: 1px solid var(--rule); border-radius: 10px; overflow: hidden; }
#ap-files::backdrop { background: rgb(0 0 0 / .35); }
#ap-files .frame { display: flex; flex-direction: column; max-height: calc(100dvh - 26px); }
#ap-files header { display: flex; align-items: center; gap: 4px; padding: 12px 12px 0 20px; border-bottom: 1px solid var(--rule); }
#ap-files h2 { font-size: 18px; font-weight: 620; margin: 0 16px 10px 0; }
#ap-files [role=tab] { border: 0; background: none; border-radius: 0; padding: 6px 12px 12px; color: var(--soft); }
#ap-files [role=tab]:focus-visible { outline-offset: -4px; }
#ap-files [role=tab][aria-selected=true] { color: var(--ink); font-weight: 620; box-shadow: inset 0 -2px var(--accent); }
#ap-files .close { margin: 0 0 8px auto; border: 0; background: none; font-size: 20px; width: 40px; height: 40px; }
#ap-files .body { padding: 18px 20px 20px; overflow: auto; display: grid; gap: 16px; }
#ap-files fieldset { border: 0; margin: 0; padding: 0; display: grid; gap: 8px; }
#ap-files legend { font-weight: 620; padding: 0; margin-bottom: 8px; }
#ap-files .row { display: flex; flex-wrap: wrap; gap: 10px 14px; align-items: end; }
#ap-files .row[hidden] { display: none; }
#ap-files .row.load { margin-top: 6px; }
#ap-files .row > label { display: grid; gap: 3px; font-size: 13px; color: var(--soft); }
#ap-files .row > label > * { color: var(--ink); font-size: 15px; min-height: 36px; }
#ap-files .row > label.check { display: flex; gap: 8px; align-items: center; min-height: 36px; color: var(--ink); font-size: 15px; }
#ap-files .row > label.check > input { min-height: 0; width: 18px; height: 18px; accent-color: var(--accent); }
#ap-files input[type=number] { width: 6.5em; }
#ap-files .chips { display: flex; flex-wrap: wrap; gap: 8px; }
#ap-files .chips label { position: relative; }
#ap-files .chips input { position: absolute; opacity: 0; inset: 0; width: 100%; height: 100%; cursor: pointer; }
#ap-files .chips span { display: inline-flex; align-items: center; box-sizing: border-box; min-height: 36px; padding: 6px 13px; border: 1px solid var(--line); border-radius: 18px; }
#ap-files .chips input:checked + span { background: var(--accent); border-color: var(--accent); color: var(--accent-ink); }
#ap-files .chips input:focus-visible + span { outline: 2px solid var(--accent); outline-offset: 2px; }
#ap-files .chips input:disabled + span { color: var(--soft); border-style: dashed; }
#ap-files p { margin: 0; color: var(--soft); }
#ap-files p.problem { color: var(--warn); }
#ap-files button { min-height: 36px; padding: 0 14px; }
#ap-files button.strong { background: var(--accent); color: var(--accent-ink); border-color: var(--accent); }
#ap-files .drop { display: grid; gap: 10px; justify-items: center; text-align: center; padding: 22px 16px;
  border: 1.5px dashed var(--line); border-radius: 10px; }
#ap-files .drop.over { border-color: var(--accent); background: var(--ground); }
#ap-files textarea { width: 100%; min-height: 84px; font: 13px/1.4 'Attention Mono', ui-monospace, monospace; color: var(--ink);
  background: var(--ground); border: 1px solid var(--line); border-radius: 6px; padding: 8px; resize: vertical; }
#ap-files .list { max-height: 200px; overflow: auto; border: 1px solid var(--rule); border-radius: 8px; }
#ap-files .list label { display: flex; gap: 10px; padding: 6px 10px; font: 13px/1.5 'Attention Mono', ui-monospace, monospace; cursor: pointer; }
#ap-files .list label:has(:checked) { background: var(--ground); }
#ap-files .list span:nth-of-type(1) { flex: 1; overflow-wrap: anywhere; }
#ap-files .list span:nth-of-type(2) { color: var(--soft); white-space: nowrap; }
@media (max-width: 520px) { #ap-files { width: 100vw; max-width: 100vw; margin: auto 0 0; border-radius: 14px 14px 0 0; }
  #ap-files h2 { font-size: 16px; margin-right: 4px; } #ap-files header { padding-left: 14px; } #ap-files .body { padding: 14px; } }
`;

export const labelled = (text, control) => make('label', {}, text, control);
export const select = (entries, properties = {}) =>
  make(
    'select',
    properties,
    ...entries.map(([value, text]) => make('option', { value, textContent: text })),
  );
export const check = (text, properties) => {
  const box = make('input', { type: 'checkbox', ...properties });
  return { box, label: make('label', { className: 'check' }, box, text) };
};
export const button = (text, onclick, className = '') =>
  make('button', { type: 'button', textContent: text, onclick, className });
/** One choice of a few, as a row of radio buttons. */
export function chips(name, entries, chosen, onchange) {
  const inputs = new Map(
    entries.map(([value]) => [
      value,
      make('input', {
        type: 'radio',
        name: `ap-files-${name}`,
        value,
        checked: value === chosen,
        onchange,
      }),
    ]),
  );
  return {
    inputs,
    value: () => [...inputs.values()].find((input) => input.checked).value,
    element: make(
      'div',
      { className: 'chips' },
      ...entries.map(([value, text]) =>
        make('label', {}, inputs.get(value), make('span', { textContent: text })),
      ),
    ),
  };
}
