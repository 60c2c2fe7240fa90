// All JavaScript between the page and web.cpp, as an Emscripten library (--js-library).
// Its listeners leave to the page what is the page's: Tab, browser shortcuts, wheel and touch that
// merely pass over. Nothing here is evaluated from strings, styles are set through CSSOM.
// C calls ap_glue_*; the page calls C through _ap_web_*. Strings given to C are freed by C.
addToLibrary({
  $AP__deps: ['$stringToNewUTF8', '$UTF8ToString', 'malloc', 'free'],
  $AP: {
    canvas: null,
    scheduled: 0,
    size: '', // as last told to C
    marked: false, // the first frame is in the page's timeline
    keepTab: false,
    pointers: null, // Map of touches that are down: id -> {x, y, x0, y0}
    pinch: null,
    tap: null, // the first finger: {id, sent, timer, moved}
    held: null, // the finger of a long press, while it is down
    field: null, // the DOM input in use, or null
    fields: {},
    fieldId: 0,
    fieldText: '',
    closing: false,
    hintTimer: 0,
    awaited: 0, // frames asked for within SOON seconds from now
    SOON: 0.2,
    SLOP: 10, // CSS pixels that a tap may move
    LONG_PRESS_MS: 500,
    MAX_TEXT: 1 << 24,

    // ---- frames
    request() {
      if (AP.scheduled) return;
      AP.scheduled = requestAnimationFrame(() => {
        AP.scheduled = 0;
        AP.frame();
      });
    },
    requestAfter(seconds) {
      const soon = seconds <= AP.SOON;
      if (soon) AP.awaited++;
      setTimeout(() => {
        if (soon) AP.awaited--;
        AP.request();
      }, seconds * 1000);
    },
    // A frame is coming by itself, now or in a moment: what is on the screen is not the last word.
    isAwaited: () => AP.scheduled !== 0 || AP.awaited > 0,
    frame() {
      // After the first picture the module's second part is awaited (playground.js wakes us).
      if (AP.marked && Module['is_complete'] === false) return;
      _ap_web_frame();
      if (AP.marked || !_ap_web_frames()) return;
      AP.marked = true;
      performance.mark('attention-first-frame');
    },
    // Input that may focus the DOM field must be drawn inside its handler: a soft keyboard opens
    // only there.
    drawNow() {
      if (AP.scheduled) cancelAnimationFrame(AP.scheduled);
      AP.scheduled = 0;
      AP.frame();
    },

    // ---- who owns wheel and touch
    fullPage() {
      const root = document.documentElement;
      return window.top === window && root.scrollHeight <= window.innerHeight + 1;
    },
    engaged() {
      if (AP.fullPage()) return true;
      const active = document.activeElement;
      return document.hasFocus() && (active === AP.canvas || (AP.field && active === AP.field));
    },
    touchAction() {
      AP.canvas.style.touchAction = AP.engaged() ? 'none' : 'pan-x pan-y';
    },
    hint(text) {
      const element = document.getElementById('ap-hint');
      if (!element) return;
      element.textContent = text;
      element.classList.add('shown');
      clearTimeout(AP.hintTimer);
      AP.hintTimer = setTimeout(() => element.classList.remove('shown'), 1400);
    },

    // ---- pointer
    at(e) {
      const box = AP.canvas.getBoundingClientRect();
      return { x: e.clientX - box.left, y: e.clientY - box.top };
    },
    KINDS: { mouse: 0, touch: 1, pen: 2 },
    modifiers(e) {
      _ap_web_modifiers(e.ctrlKey, e.shiftKey, e.altKey, e.metaKey);
    },
    BUTTONS: [0, 2, 1], // left, middle, right -> left 0, right 1, middle 2
    pointerDown(e) {
      // Outside the field that is open: it is done, as with any other field of a page.
      if (AP.field) AP.canvas.focus({ preventScroll: true });
      if (e.pointerType === 'touch') return AP.touchDown(e);
      const { x, y } = AP.at(e);
      AP.canvas.setPointerCapture(e.pointerId);
      AP.modifiers(e);
      _ap_web_pointer(x, y, AP.KINDS[e.pointerType] || 0);
      _ap_web_button(AP.BUTTONS[e.button] || 0, 1, AP.KINDS[e.pointerType] || 0);
      AP.drawNow();
    },
    pointerMove(e) {
      if (e.pointerType === 'touch') return AP.touchMove(e);
      const { x, y } = AP.at(e);
      AP.modifiers(e);
      _ap_web_pointer(x, y, AP.KINDS[e.pointerType] || 0);
    },
    pointerUp(e) {
      if (e.pointerType === 'touch') return AP.touchUp(e, false);
      const { x, y } = AP.at(e);
      _ap_web_pointer(x, y, AP.KINDS[e.pointerType] || 0);
      _ap_web_button(AP.BUTTONS[e.button] || 0, 0, AP.KINDS[e.pointerType] || 0);
      AP.drawNow();
    },
    pointerLeave(e) {
      if (e.pointerType !== 'touch' && !e.buttons) _ap_web_pointer_gone();
    },

    // ---- touch: a finger is the mouse once the playground is in use, else only a tap is
    press(x, y) {
      _ap_web_pointer(x, y, 1);
      AP.drawNow();
      _ap_web_button(0, 1, 1);
      AP.drawNow();
    },
    lift(x, y) {
      _ap_web_pointer(x, y, 1);
      _ap_web_button(0, 0, 1);
      AP.drawNow();
      _ap_web_pointer_gone();
    },
    dropPress() {
      // the press became something else: release it where nothing is
      if (!AP.tap) return;
      clearTimeout(AP.tap.timer);
      if (AP.tap.sent) {
        _ap_web_pointer_gone();
        _ap_web_button(0, 0, 1);
      }
      AP.tap = null;
    },
    touchDown(e) {
      const { x, y } = AP.at(e);
      AP.pointers.set(e.pointerId, { x, y, x0: x, y0: y });
      if (AP.pointers.size > 1) {
        AP.dropPress();
        AP.letGo(-1, -1);
        AP.pinchStart();
        return;
      }
      const tap = { id: e.pointerId, sent: false, timer: 0, moved: false };
      AP.tap = tap;
      tap.timer = setTimeout(() => AP.longPress(tap, x, y), AP.LONG_PRESS_MS);
      if (AP.engaged()) {
        tap.sent = true;
        AP.press(x, y);
      }
    },
    longPress(tap, x, y) {
      if (AP.tap !== tap || tap.moved) return;
      AP.dropPress();
      AP.held = tap.id;
      _ap_web_long_press(x, y);
    },
    letGo(x, y) {
      // of a long press; outside the canvas: nothing is dropped
      if (AP.held === null) return;
      AP.held = null;
      _ap_web_hold(x, y, 0);
    },
    touchMove(e) {
      const point = AP.pointers.get(e.pointerId);
      if (!point) return;
      Object.assign(point, AP.at(e));
      if (AP.pinch) return AP.pinchMove();
      if (AP.held === e.pointerId) return _ap_web_hold(point.x, point.y, 1);
      const tap = AP.tap;
      if (!tap || tap.id !== e.pointerId) return;
      if (Math.hypot(point.x - point.x0, point.y - point.y0) > AP.SLOP) tap.moved = true;
      if (tap.sent) _ap_web_pointer(point.x, point.y, 1);
    },
    touchUp(e, cancelled) {
      const point = AP.pointers.get(e.pointerId);
      AP.pointers.delete(e.pointerId);
      if (AP.pinch) {
        AP.pinch = null;
        if (AP.pointers.size > 1) AP.pinchStart();
        else _ap_web_pinch_end();
        return;
      }
      if (point && AP.held === e.pointerId) {
        return cancelled ? AP.letGo(-1, -1) : AP.letGo(point.x, point.y);
      }
      const tap = AP.tap;
      if (!tap || tap.id !== e.pointerId || !point) return;
      if (cancelled) return AP.dropPress();
      clearTimeout(tap.timer);
      AP.tap = null;
      if (!tap.sent) {
        if (tap.moved) return;
        AP.canvas.focus({ preventScroll: true });
        AP.press(point.x, point.y);
      }
      AP.lift(point.x, point.y);
    },
    pinchShape() {
      const [a, b] = AP.pointers.values();
      return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, d: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
    },
    pinchStart() {
      AP.pinch = AP.pinchShape();
    },
    pinchMove() {
      const now = AP.pinchShape();
      const was = AP.pinch;
      AP.pinch = now;
      _ap_web_pinch(now.d / was.d, now.x - was.x, now.y - was.y, now.x, now.y);
    },

    // ---- wheel
    wheel(e) {
      if (!AP.engaged() && !e.ctrlKey && !e.metaKey) {
        AP.hint('Ctrl + scroll to zoom, or click into it first');
        return;
      }
      e.preventDefault();
      const unit = [1 / 100, 1 / 3, 1][e.deltaMode];
      AP.modifiers(e);
      const { x, y } = AP.at(e);
      _ap_web_pointer(x, y, 0);
      _ap_web_wheel(-e.deltaX * unit, -e.deltaY * unit);
    },

    // ---- keyboard, by the numbers of platform/keys.hpp
    KEYS: {
      Backspace: 8,
      Tab: 9,
      Enter: 13,
      Escape: 27,
      ' ': 32,
      Delete: 127,
      ArrowLeft: 128,
      ArrowRight: 129,
      ArrowUp: 130,
      ArrowDown: 131,
      PageUp: 132,
      PageDown: 133,
      Home: 134,
      End: 135,
      Insert: 136,
      ContextMenu: 137,
      Control: 139,
      Shift: 141,
      Alt: 143,
      Meta: 145,
      F1: 147,
      F2: 148,
      F10: 156,
    },
    // Shortcuts that are ours; all others with Ctrl or Cmd stay the browser's.
    COMMANDS: [
      'z',
      'Z',
      'y',
      'Y',
      'a',
      'A',
      'Enter',
      'ArrowLeft',
      'ArrowRight',
      'ArrowUp',
      'ArrowDown',
      'Home',
      'End',
      'Control',
      'Meta',
      'Shift',
      'Alt',
    ],
    keyCode(e) {
      const named = AP.KEYS[e.key];
      if (named) return named;
      const code = e.key.length === 1 ? e.key.toLowerCase().charCodeAt(0) : 0;
      return code < 127 ? code : 0;
    },
    isOurs(e) {
      if (e.isComposing || e.key === 'Dead' || e.key === 'Process') return false;
      if (e.key === 'Tab') return AP.keepTab && !e.ctrlKey && !e.metaKey && !e.altKey;
      if (e.ctrlKey || e.metaKey) return AP.COMMANDS.includes(e.key);
      if (e.altKey && e.key.startsWith('Arrow')) return false;
      return [...e.key].length === 1 || AP.KEYS[e.key] !== undefined;
    },
    key(e, down) {
      AP.modifiers(e);
      const code = AP.keyCode(e);
      if (!down) {
        if (code) _ap_web_key(code, 0);
        return;
      }
      if (!AP.isOurs(e)) return;
      const modifier =
        e.key === 'Control' || e.key === 'Shift' || e.key === 'Alt' || e.key === 'Meta';
      if (e.key !== 'Escape' && !modifier) e.preventDefault();
      if (code) _ap_web_key(code, 1);
      if ([...e.key].length === 1 && !e.ctrlKey && !e.metaKey) {
        _ap_web_typed(stringToNewUTF8(e.key));
        AP.drawNow(); // a cell that opens an editor takes the next key there
      }
    },

    // ---- clipboard, when the canvas has the focus
    copy(e, cut) {
      if (document.activeElement !== AP.canvas) return;
      const text = _ap_web_copy(cut);
      if (!text) return;
      e.clipboardData.setData('text/plain', UTF8ToString(text));
      _free(text);
      e.preventDefault();
    },
    paste(e) {
      if (document.activeElement !== AP.canvas) return;
      const text = e.clipboardData.getData('text/plain');
      if (!text || text.length > AP.MAX_TEXT) return;
      e.preventDefault();
      _ap_web_paste(stringToNewUTF8(text));
    },

    // ---- size, density
    measure(entry) {
      const canvas = AP.canvas;
      const ratio = window.devicePixelRatio || 1;
      const box = canvas.getBoundingClientRect();
      let width = Math.round(box.width * ratio);
      let height = Math.round(box.height * ratio);
      const exact = entry?.devicePixelContentBoxSize;
      // The exact count of device pixels, where the browser knows it (emulated densities differ).
      if (
        exact?.length &&
        Math.abs(exact[0].inlineSize - width) <= 1 &&
        Math.abs(exact[0].blockSize - height) <= 1
      ) {
        width = exact[0].inlineSize;
        height = exact[0].blockSize;
      }
      if (width < 1 || height < 1) return;
      if (AP.size === `${box.width} ${box.height} ${width} ${height}`) return;
      AP.size = `${box.width} ${box.height} ${width} ${height}`;
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      _ap_web_resize(box.width, box.height, width, height);
    },
    watchSize() {
      const observer = new ResizeObserver((entries) => {
        AP.measure(entries[entries.length - 1]);
        AP.drawNow(); // a resized canvas is blank until it is drawn
      });
      try {
        observer.observe(AP.canvas, { box: 'device-pixel-content-box' });
      } catch {
        observer.observe(AP.canvas);
      }
      const watchDensity = () => {
        const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
        query.addEventListener(
          'change',
          () => {
            AP.measure();
            AP.request();
            watchDensity();
          },
          { once: true },
        );
      };
      watchDensity();
      // Some changes of density are told by this alone.
      window.addEventListener('resize', () => {
        AP.measure();
        AP.request();
      });
    },

    // ---- the DOM input over the drawn field
    makeField(multiline) {
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
        AP.fieldText = field.value.slice(0, AP.MAX_TEXT);
        _ap_web_text(AP.fieldId, key, stringToNewUTF8(AP.fieldText));
      };
      field.addEventListener('input', (e) => e.isComposing || send(0));
      field.addEventListener('compositionend', () => send(0));
      field.addEventListener('keydown', (e) => {
        const key = AP.fieldKey(e, multiline);
        if (!key) return;
        e.preventDefault();
        send(key);
        AP.drawNow();
      });
      field.addEventListener('blur', () => {
        AP.touchAction();
        if (!AP.closing && AP.field === field && document.hasFocus()) send(7);
      });
      AP.canvas.parentNode.appendChild(field);
      return field;
    },
    fieldKey(e, multiline) {
      // TextKey, 0 for what the field does itself
      if (e.isComposing) return 0;
      if (e.key === 'Enter') return multiline && !e.ctrlKey ? 0 : 1;
      if (e.key === 'Escape') return 2;
      if (e.key === 'Tab') return AP.fieldKeepTab ? (e.shiftKey ? 4 : 3) : 0;
      if (e.key === 'ArrowUp') return AP.fieldKeepVertical ? 5 : 0;
      if (e.key === 'ArrowDown') return AP.fieldKeepVertical ? 6 : 0;
      return 0;
    },
    closeField() {
      const field = AP.field;
      if (!field) return;
      AP.closing = true;
      AP.field = null;
      AP.fieldId = 0;
      if (document.activeElement === field) AP.canvas.focus({ preventScroll: true });
      field.style.display = 'none';
      AP.closing = false;
    },

    units: (text, points) => [...text].slice(0, points).join('').length, // code points to UTF-16

    // ---- start
    listen() {
      const canvas = AP.canvas;
      const on = (target, type, listener, options) =>
        target.addEventListener(type, listener, options);
      on(canvas, 'pointerdown', AP.pointerDown);
      on(canvas, 'pointermove', AP.pointerMove);
      on(canvas, 'pointerup', AP.pointerUp);
      on(canvas, 'pointerleave', AP.pointerLeave);
      on(canvas, 'pointercancel', (e) => e.pointerType === 'touch' && AP.touchUp(e, true));
      on(canvas, 'mousedown', (e) => {
        // the field that this click opened keeps the focus
        if (AP.field || e.button === 1) e.preventDefault();
      });
      on(
        canvas,
        'touchstart',
        (e) => {
          if (e.touches.length > 1 || AP.engaged()) e.preventDefault();
        },
        { passive: false },
      );
      on(
        canvas,
        'touchmove',
        (e) => {
          if (e.cancelable && (e.touches.length > 1 || AP.engaged())) e.preventDefault();
        },
        { passive: false },
      );
      on(canvas, 'contextmenu', (e) => e.preventDefault());
      on(canvas, 'wheel', AP.wheel, { passive: false });
      on(canvas, 'keydown', (e) => AP.key(e, true));
      on(canvas, 'keyup', (e) => AP.key(e, false));
      on(canvas, 'focus', () => {
        AP.touchAction();
        _ap_web_focus(1);
      });
      on(canvas, 'blur', () => {
        AP.touchAction();
        _ap_web_focus(0);
      });
      on(window, 'blur', () => _ap_web_focus(0));
      on(document, 'copy', (e) => AP.copy(e, 0));
      on(document, 'cut', (e) => AP.copy(e, 1));
      on(document, 'paste', AP.paste);
      for (const type of ['beforecopy', 'beforecut', 'beforepaste']) {
        // Safari asks these first
        on(document, type, (e) => document.activeElement === canvas && e.preventDefault());
      }
      on(canvas, 'webglcontextlost', (e) => {
        e.preventDefault();
        _ap_web_context(0);
      });
      on(canvas, 'webglcontextrestored', () => {
        _ap_web_context(1);
        AP.request();
      });
      on(canvas, 'dragover', (e) => e.preventDefault());
      on(canvas, 'drop', (e) => {
        e.preventDefault();
        const [file] = e.dataTransfer.files;
        if (file) Module['openFile']?.(file);
      });
      AP.watchSize();
      AP.touchAction();
    },
    listenWithoutCanvas() {
      window.addEventListener('hashchange', () => {
        _ap_web_hash(stringToNewUTF8(location.hash.slice(1, AP.MAX_TEXT)));
      });
      document.addEventListener('visibilitychange', () => document.hidden && _ap_web_leave());
      window.addEventListener('pagehide', () => _ap_web_leave());
      for (const query of ['(prefers-color-scheme: dark)', '(prefers-reduced-motion: reduce)']) {
        matchMedia(query).addEventListener('change', () => _ap_web_wake());
      }
    },

    // ---- bytes into wasm memory; C frees. null: too large
    MAX_BYTES: 1 << 28,
    give(buffer) {
      const bytes = new Uint8Array(buffer);
      if (bytes.length > AP.MAX_BYTES) return 0;
      const pointer = _malloc(bytes.length || 1);
      if (pointer) HEAPU8.set(bytes, pointer);
      return pointer;
    },
    readFile(file, token) {
      if (file.size > AP.MAX_BYTES) return _ap_web_file(token, stringToNewUTF8(file.name), 0, 0);
      file.arrayBuffer().then(
        (buffer) => {
          _ap_web_file(token, stringToNewUTF8(file.name), AP.give(buffer), buffer.byteLength);
        },
        () => _ap_web_file(token, stringToNewUTF8(file.name), 0, 0),
      );
    },
    storage() {
      try {
        return window.localStorage;
      } catch {
        return null; // a sandboxed frame
      }
    },
    FACES: [
      "'Attention Text', system-ui, sans-serif",
      "'Attention Text', system-ui, sans-serif",
      "'Attention Mono', ui-monospace, monospace",
    ],
    face(face, size) {
      return `${face === 1 ? 620 : 420} ${size}px ${AP.FACES[face]}`;
    },
  },

  ap_glue_start__deps: ['$AP'],
  ap_glue_start: (withCanvas) => {
    if (!AP.listening) AP.listenWithoutCanvas();
    AP.listening = true;
    if (!withCanvas) return;
    AP.canvas = Module['canvas'];
    AP.pointers = new Map();
    Module['isAwaited'] = AP.isAwaited;
    AP.listen();
    AP.measure();
    // As soon as main has returned: until the browser's next frame there would be nothing to do.
    if (!document.hidden) queueMicrotask(AP.drawNow);
  },
  ap_glue_request_frame__deps: ['$AP'],
  ap_glue_request_frame: () => {
    if (AP.canvas) AP.request();
  },
  ap_glue_request_after__deps: ['$AP'],
  ap_glue_request_after: (seconds) => {
    if (AP.canvas) AP.requestAfter(seconds);
  },
  ap_glue_media: (query) => matchMedia(UTF8ToString(query)).matches,
  // A theme that the host page or a link asks for goes before the system's.
  ap_glue_dark: () =>
    Module['theme']
      ? Module['theme'] === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches,
  ap_glue_show_theme: (dark) => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  },
  ap_glue_cursor__deps: ['$AP'],
  ap_glue_cursor: (shape) => {
    // in the order of platform::Cursor
    AP.canvas.style.cursor = [
      'default',
      'text',
      'pointer',
      'move',
      'ew-resize',
      'ns-resize',
      'nesw-resize',
      'nwse-resize',
      'not-allowed',
    ][shape];
  },
  ap_glue_emit: (event) => Module['emit']?.(UTF8ToString(event)),
  ap_glue_embedded: () => window.top !== window,
  ap_glue_keep_tab__deps: ['$AP'],
  ap_glue_keep_tab: (keep) => {
    AP.keepTab = !!keep;
  },

  ap_glue_edit_text__deps: ['$AP'],
  ap_glue_edit_text: (id, x, y, w, h, text, label, size, flags, from, to, colour) => {
    if (!AP.canvas) return;
    const multiline = !!(flags & 16);
    const field = AP.fields[multiline] || (AP.fields[multiline] = AP.makeField(multiline));
    const opening = AP.fieldId !== id;
    if (opening && AP.field) AP.closeField();
    AP.fieldKeepTab = !!(flags & 4);
    AP.fieldKeepVertical = !!(flags & 8);
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
      font: AP.face(flags & 1 ? 2 : 0, size),
      lineHeight: `${multiline ? size * 1.3 : h}px`,
    });
    if (opening || (value !== AP.fieldText && !field.matches(':focus:-webkit-autofill'))) {
      field.value = value;
      AP.fieldText = value;
    }
    if (!opening) return;
    AP.field = field;
    AP.fieldId = id;
    field.setAttribute('aria-label', UTF8ToString(label));
    field.inputMode = flags & 2 ? 'decimal' : 'text';
    field.focus({ preventScroll: true });
    if (from < 0) field.select();
    else field.setSelectionRange(AP.units(value, from), AP.units(value, to));
    AP.touchAction();
  },
  ap_glue_end_text__deps: ['$AP'],
  ap_glue_end_text: () => AP.closeField(),

  ap_glue_write_clipboard__deps: ['$AP'],
  ap_glue_write_clipboard: (text) => {
    const value = UTF8ToString(text);
    const fallback = () => {
      const once = (e) => {
        e.clipboardData.setData('text/plain', value);
        e.preventDefault();
      };
      document.addEventListener('copy', once, { once: true, capture: true });
      const copied = document.execCommand('copy');
      document.removeEventListener('copy', once, { capture: true });
      if (!copied) Module['offer']?.('Copy this', value);
    };
    if (!navigator.clipboard) return fallback();
    navigator.clipboard.writeText(value).catch(fallback);
  },
  ap_glue_open_file__deps: ['$AP'],
  ap_glue_open_file: (accept, token) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = UTF8ToString(accept);
    input.addEventListener('change', () => input.files[0] && AP.readFile(input.files[0], token));
    input.click();
  },
  ap_glue_save_file: (name, mime, data, size) => {
    if (window.origin === 'null' && Module['offer']) {
      // a sandboxed frame: downloads go nowhere
      const bytes = HEAPU8.slice(data, data + size);
      const type = UTF8ToString(mime);
      const text = /^text|json|svg|python/.test(type)
        ? new TextDecoder().decode(bytes)
        : `data:${type};base64,${btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join(''))}`;
      return Module['offer'](UTF8ToString(name), text);
    }
    const blob = new Blob([HEAPU8.slice(data, data + size)], { type: UTF8ToString(mime) });
    const link = document.createElement('a');
    link.href = URL.createObjectURL(blob);
    link.download = UTF8ToString(name);
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  },
  ap_glue_load__deps: ['$AP'],
  ap_glue_load: (key) => {
    try {
      const value = AP.storage()?.getItem(UTF8ToString(key));
      return typeof value === 'string' ? stringToNewUTF8(value) : 0;
    } catch {
      return 0;
    }
  },
  ap_glue_store__deps: ['$AP'],
  ap_glue_store: (key, value) => {
    try {
      AP.storage()?.setItem(UTF8ToString(key), UTF8ToString(value));
    } catch {
      // full or forbidden: nothing is kept
    }
  },
  // The same settings may stand in the query; the fragment's go first.
  ap_glue_hash: () => stringToNewUTF8(`${location.hash.slice(1)}&${location.search.slice(1)}`),
  ap_glue_push_link: (link, replace) => {
    if (window.top !== window) return; // the back button is the host page's
    const others = location.hash
      .slice(1)
      .split('&')
      .filter((p) => p && !/^(s|preset|state|src)=/.test(p));
    try {
      history[replace ? 'replaceState' : 'pushState'](
        history.state,
        '',
        `#${[UTF8ToString(link), ...others].filter(Boolean).join('&')}`,
      );
    } catch {
      // no address of its own, or too many steps in a short time: the address stays behind
    }
  },
  ap_glue_address: () => stringToNewUTF8(location.href.split('#')[0]),
  ap_glue_open_url: (url) => {
    window.open(UTF8ToString(url), '_blank', 'noopener');
  },
  ap_glue_show_table: () => {
    // After this frame: the page is laid out anew.
    setTimeout(() => document.getElementById('ap-table-button')?.click());
  },
  ap_glue_announce: (text) => {
    const live = document.getElementById('ap-live');
    if (live) live.textContent = UTF8ToString(text);
  },
  ap_glue_fetch__deps: ['$AP'],
  ap_glue_fetch: (name, token) => {
    const path = UTF8ToString(name);
    const url = Module['assetUrl'] ? Module['assetUrl'](path) : path;
    fetch(url)
      .then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.arrayBuffer();
      })
      .then(
        (buffer) => _ap_web_fetched(token, AP.give(buffer), buffer.byteLength),
        () => _ap_web_fetched(token, 0, 0),
      );
  },
  // The faces embedded in the wasm, for the DOM field and for labels: nothing more is downloaded.
  ap_glue_font: (family, weight, data, size) => {
    if (typeof FontFace === 'undefined') return;
    const face = new FontFace(UTF8ToString(family), HEAPU8.slice(data, data + size).buffer, {
      weight: String(weight),
    });
    face.load().then(
      (loaded) => {
        document.fonts.add(loaded);
        _ap_web_wake();
      },
      () => {},
    );
  },
  // out: width, height, left, baseline, advance, colour as six floats. Returns bytes that C frees, or 0.
  ap_glue_label__deps: ['$AP'],
  ap_glue_label: (text, size, face, out) => {
    const string = UTF8ToString(text);
    AP.paper =
      AP.paper || document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const context = AP.paper;
    context.font = AP.face(face, size);
    const metrics = context.measureText(string);
    const left = Math.ceil(Math.max(0, metrics.actualBoundingBoxLeft)) + 1;
    const up = Math.ceil(Math.max(size * 0.9, metrics.actualBoundingBoxAscent)) + 1;
    const width = left + Math.ceil(Math.max(metrics.width, metrics.actualBoundingBoxRight)) + 1;
    const height = up + Math.ceil(Math.max(size * 0.3, metrics.actualBoundingBoxDescent)) + 1;
    if (width > 4096 || height > 1024) return 0;
    context.canvas.width = width;
    context.canvas.height = height;
    context.font = AP.face(face, size);
    context.fillStyle = '#fff';
    context.fillText(string, left, up);
    const rgba = context.getImageData(0, 0, width, height).data;
    let colour = false;
    for (let i = 0; i < rgba.length && !colour; i += 4) {
      colour = rgba[i + 3] > 96 && Math.min(rgba[i], rgba[i + 1], rgba[i + 2]) < 200;
    }
    const pointer = _malloc(colour ? rgba.length : rgba.length / 4);
    if (!pointer) return 0;
    if (colour) HEAPU8.set(rgba, pointer);
    else for (let i = 0; i < rgba.length / 4; i++) HEAPU8[pointer + i] = rgba[4 * i + 3];
    HEAPF32.set([width, height, left, up, metrics.width, colour ? 1 : 0], out >> 2);
    return pointer;
  },
});
