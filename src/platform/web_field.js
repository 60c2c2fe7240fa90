// The DOM input that lies over a drawn field while it is edited, so that soft keyboards, selection, input
// methods and screen readers are the browser's own. One for a line, one for a text; styles go through CSSOM.
addToLibrary({
  $AP_FIELD__deps: ['$AP', '$AP_INPUT'],
  $AP_FIELD: {
    field: null, // the one in use, or null
    fields: {},
    id: 0,
    text: '',
    closing: false,

    // ---- the DOM input over the drawn field
    make(multiline) {
      const field = document.createElement(multiline ? 'textarea' : 'input');
      if (!multiline) field.type = 'text';
      field.className = 'ap-field';
      field.spellcheck = false;
      for (const [name, value] of [
        ['autocomplete', 'off'],
        ['autocorrect', 'off'],
        ['autocapitalize', 'off'],
        ['data-attention-field', ''],
      ])
        field.setAttribute(name, value);
      Object.assign(field.style, {
        position: 'absolute',
        margin: '0',
        padding: '0',
        border: '0',
        outline: 'none',
        background: 'transparent',
        resize: 'none',
        overflow: 'hidden',
        display: 'none',
        zIndex: '2',
      });
      const send = (key) => {
        AP_FIELD.text = field.value.slice(0, AP.MAX_TEXT);
        _ap_web_text(AP_FIELD.id, key, stringToNewUTF8(AP_FIELD.text));
      };
      field.addEventListener('input', (e) => e.isComposing || send(0));
      field.addEventListener('compositionend', () => send(0));
      field.addEventListener('keydown', (e) => {
        const key = AP_FIELD.key(e, multiline);
        if (!key) return;
        e.preventDefault();
        send(key);
        AP.drawNow();
      });
      field.addEventListener('blur', () => {
        AP_INPUT.touchAction();
        if (!AP_FIELD.closing && AP_FIELD.field === field && document.hasFocus()) send(7);
      });
      AP.canvas.parentNode.appendChild(field);
      return field;
    },
    key(e, multiline) {
      // TextKey, 0 for what the field does itself. In Safari the Enter that ends a composition comes
      // after it, and 229 alone says so.
      if (e.isComposing || e.keyCode === 229) return 0;
      if (e.key === 'Enter') return multiline && !e.ctrlKey ? 0 : 1;
      if (e.key === 'Escape') return 2;
      if (e.key === 'Tab') return AP_FIELD.keepTab ? (e.shiftKey ? 4 : 3) : 0;
      if (e.key === 'ArrowUp') return AP_FIELD.keepVertical ? 5 : 0;
      if (e.key === 'ArrowDown') return AP_FIELD.keepVertical ? 6 : 0;
      return 0;
    },
    close() {
      const field = AP_FIELD.field;
      if (!field) return;
      AP_FIELD.closing = true;
      AP_FIELD.field = null;
      AP_FIELD.id = 0;
      if (document.activeElement === field) AP.canvas.focus({ preventScroll: true });
      field.style.display = 'none';
      AP_FIELD.closing = false;
    },

    units: (text, points) => [...text].slice(0, points).join('').length, // code points to UTF-16
    FACES: [
      "'Attention Text', system-ui, sans-serif",
      "'Attention Text', system-ui, sans-serif",
      "'Attention Mono', ui-monospace, monospace",
    ],
    face(face, size) {
      return `${face === 1 ? 620 : 420} ${size}px ${AP_FIELD.FACES[face]}`;
    },
  },

  ap_glue_edit_text__deps: ['$AP_FIELD'],
  ap_glue_edit_text: (id, x, y, w, h, text, label, size, flags, from, to, colour) => {
    if (!AP.canvas) return;
    const multiline = !!(flags & 16);
    const field =
      AP_FIELD.fields[multiline] || (AP_FIELD.fields[multiline] = AP_FIELD.make(multiline));
    const opening = AP_FIELD.id !== id;
    if (opening && AP_FIELD.field) AP_FIELD.close();
    AP_FIELD.keepTab = !!(flags & 4);
    AP_FIELD.keepVertical = !!(flags & 8);
    const value = UTF8ToString(text);
    const canvas = AP.canvas;
    const rgb = `rgb(${colour & 255} ${(colour >> 8) & 255} ${(colour >> 16) & 255})`;
    Object.assign(field.style, {
      display: 'block',
      left: `${canvas.offsetLeft + x}px`,
      top: `${canvas.offsetTop + y}px`,
      width: `${w}px`,
      height: `${h}px`,
      color: rgb,
      caretColor: rgb,
      font: AP_FIELD.face(flags & 1 ? 2 : 0, size),
      lineHeight: `${multiline ? size * 1.3 : h}px`,
    });
    if (opening || (value !== AP_FIELD.text && !field.matches(':focus:-webkit-autofill'))) {
      field.value = value;
      AP_FIELD.text = value;
    }
    if (!opening) return;
    AP_FIELD.field = field;
    AP_FIELD.id = id;
    field.setAttribute('aria-label', UTF8ToString(label));
    field.inputMode = flags & 2 ? 'decimal' : 'text';
    field.focus({ preventScroll: true });
    if (from < 0) field.select();
    else field.setSelectionRange(AP_FIELD.units(value, from), AP_FIELD.units(value, to));
    AP_INPUT.touchAction();
  },
  ap_glue_end_text__deps: ['$AP_FIELD'],
  ap_glue_end_text: () => AP_FIELD.close(),
});
