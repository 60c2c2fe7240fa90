// Pointer, touch, wheel, keyboard and clipboard of the canvas, for web_glue.js. What is the page's stays the
// page's: Tab, browser shortcuts, wheel and touch that merely pass over.
addToLibrary({
  $AP_INPUT__deps: ['$AP', '$AP_FIELD'],
  $AP_INPUT: {
    keepTab: false,
    pointers: null, // Map of touches that are down: id -> {x, y, x0, y0}
    pinch: null,
    tap: null, // the first finger: {id, sent, timer, moved}
    held: null, // the finger of a long press, while it is down
    hintTimer: 0,
    down: {}, // by the key's place: the code that went down
    SLOP: 10, // CSS pixels that a tap may move
    LONG_PRESS_MS: 500,

    // ---- who owns wheel and touch
    fullPage() {
      const root = document.documentElement;
      return window.top === window && root.scrollHeight <= window.innerHeight + 1;
    },
    engaged() {
      if (AP_INPUT.fullPage()) return true;
      const active = document.activeElement;
      return (
        document.hasFocus() &&
        (active === AP.canvas || (AP_FIELD.field && active === AP_FIELD.field))
      );
    },
    touchAction() {
      AP.canvas.style.touchAction = AP_INPUT.engaged() ? 'none' : 'pan-x pan-y';
    },
    hint(text) {
      const element = document.getElementById('ap-hint');
      if (!element) return;
      element.textContent = text;
      element.classList.add('shown');
      clearTimeout(AP_INPUT.hintTimer);
      AP_INPUT.hintTimer = setTimeout(() => element.classList.remove('shown'), 1400);
    },

    // ---- pointer
    at(e) {
      const box = AP.canvas.getBoundingClientRect();
      return { x: e.clientX - box.left, y: e.clientY - box.top };
    },
    KINDS: { mouse: 0, touch: 1, pen: 2 },
    // A character made with AltGr (which Windows tells as Ctrl + Alt), or a bracket with the Mac's
    // Option: it is what it is, no command.
    isTyped(e) {
      if (!e.key || [...e.key].length !== 1) return false;
      if (e.getModifierState('AltGraph')) return true;
      return e.altKey && !e.ctrlKey && !e.metaKey && '[]'.includes(e.key);
    },
    modifiers(e) {
      const typed = AP_INPUT.isTyped(e);
      _ap_web_modifiers(e.ctrlKey && !typed, e.shiftKey, e.altKey && !typed, e.metaKey);
    },
    BUTTONS: [0, 2, 1], // left, middle, right -> left 0, right 1, middle 2
    pointerDown(e) {
      // Outside the field that is open: it is done, as with any other field of a page.
      if (AP_FIELD.field) AP.canvas.focus({ preventScroll: true });
      if (e.pointerType === 'touch') return AP_INPUT.touchDown(e);
      const { x, y } = AP_INPUT.at(e);
      AP.canvas.setPointerCapture(e.pointerId);
      AP_INPUT.modifiers(e);
      _ap_web_pointer(x, y, AP_INPUT.KINDS[e.pointerType] || 0);
      _ap_web_button(AP_INPUT.BUTTONS[e.button] || 0, 1, AP_INPUT.KINDS[e.pointerType] || 0);
      AP.drawNow();
    },
    pointerMove(e) {
      if (e.pointerType === 'touch') return AP_INPUT.touchMove(e);
      const { x, y } = AP_INPUT.at(e);
      AP_INPUT.modifiers(e);
      _ap_web_pointer(x, y, AP_INPUT.KINDS[e.pointerType] || 0);
    },
    pointerUp(e) {
      if (e.pointerType === 'touch') return AP_INPUT.touchUp(e, false);
      const { x, y } = AP_INPUT.at(e);
      _ap_web_pointer(x, y, AP_INPUT.KINDS[e.pointerType] || 0);
      _ap_web_button(AP_INPUT.BUTTONS[e.button] || 0, 0, AP_INPUT.KINDS[e.pointerType] || 0);
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
      if (!AP_INPUT.tap) return;
      clearTimeout(AP_INPUT.tap.timer);
      if (AP_INPUT.tap.sent) {
        _ap_web_pointer_gone();
        _ap_web_button(0, 0, 1);
      }
      AP_INPUT.tap = null;
    },
    touchDown(e) {
      const { x, y } = AP_INPUT.at(e);
      AP_INPUT.pointers.set(e.pointerId, { x, y, x0: x, y0: y });
      if (AP_INPUT.pointers.size > 1) {
        AP_INPUT.dropPress();
        AP_INPUT.letGo(-1, -1);
        AP_INPUT.pinchStart();
        return;
      }
      const tap = { id: e.pointerId, sent: false, timer: 0, moved: false };
      AP_INPUT.tap = tap;
      tap.timer = setTimeout(() => AP_INPUT.longPress(tap, x, y), AP_INPUT.LONG_PRESS_MS);
      if (AP_INPUT.engaged()) {
        tap.sent = true;
        AP_INPUT.press(x, y);
      }
    },
    longPress(tap, x, y) {
      if (AP_INPUT.tap !== tap || tap.moved) return;
      AP_INPUT.dropPress();
      AP_INPUT.held = tap.id;
      _ap_web_long_press(x, y);
    },
    letGo(x, y) {
      // of a long press; outside the canvas: nothing is dropped
      if (AP_INPUT.held === null) return;
      AP_INPUT.held = null;
      _ap_web_hold(x, y, 0);
    },
    touchMove(e) {
      const point = AP_INPUT.pointers.get(e.pointerId);
      if (!point) return;
      Object.assign(point, AP_INPUT.at(e));
      if (AP_INPUT.pinch) return AP_INPUT.pinchMove();
      if (AP_INPUT.held === e.pointerId) return _ap_web_hold(point.x, point.y, 1);
      const tap = AP_INPUT.tap;
      if (!tap || tap.id !== e.pointerId) return;
      if (Math.hypot(point.x - point.x0, point.y - point.y0) > AP_INPUT.SLOP) tap.moved = true;
      if (tap.sent) _ap_web_pointer(point.x, point.y, 1);
    },
    touchUp(e, cancelled) {
      const point = AP_INPUT.pointers.get(e.pointerId);
      AP_INPUT.pointers.delete(e.pointerId);
      if (AP_INPUT.pinch) {
        AP_INPUT.pinch = null;
        if (AP_INPUT.pointers.size > 1) AP_INPUT.pinchStart();
        else _ap_web_pinch_end();
        return;
      }
      if (point && AP_INPUT.held === e.pointerId) {
        return cancelled ? AP_INPUT.letGo(-1, -1) : AP_INPUT.letGo(point.x, point.y);
      }
      const tap = AP_INPUT.tap;
      if (!tap || tap.id !== e.pointerId || !point) return;
      if (cancelled) return AP_INPUT.dropPress();
      clearTimeout(tap.timer);
      AP_INPUT.tap = null;
      if (!tap.sent) {
        if (tap.moved) return;
        AP.canvas.focus({ preventScroll: true });
        AP_INPUT.press(point.x, point.y);
      }
      AP_INPUT.lift(point.x, point.y);
    },
    pinchShape() {
      const [a, b] = AP_INPUT.pointers.values();
      return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, d: Math.hypot(a.x - b.x, a.y - b.y) || 1 };
    },
    pinchStart() {
      AP_INPUT.pinch = AP_INPUT.pinchShape();
    },
    pinchMove() {
      const now = AP_INPUT.pinchShape();
      const was = AP_INPUT.pinch;
      AP_INPUT.pinch = now;
      _ap_web_pinch(now.d / was.d, now.x - was.x, now.y - was.y, now.x, now.y);
    },

    // ---- wheel
    wheel(e) {
      if (!AP_INPUT.engaged() && !e.ctrlKey && !e.metaKey) {
        AP_INPUT.hint('Ctrl + scroll to zoom, or click into it first');
        return;
      }
      e.preventDefault();
      const unit = [1 / 100, 1 / 3, 1][e.deltaMode];
      AP_INPUT.modifiers(e);
      const { x, y } = AP_INPUT.at(e);
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
      const named = AP_INPUT.KEYS[e.key];
      if (named) return named;
      const code = e.key.length === 1 ? e.key.toLowerCase().charCodeAt(0) : 0;
      return code < 127 ? code : 0;
    },
    isOurs(e) {
      if (e.isComposing || e.key === 'Dead' || e.key === 'Process') return false;
      if (e.key === 'Tab') return AP_INPUT.keepTab && !e.ctrlKey && !e.metaKey && !e.altKey;
      if (AP_INPUT.isTyped(e)) return true;
      if (e.ctrlKey || e.metaKey) return AP_INPUT.COMMANDS.includes(e.key);
      if (e.altKey && e.key.startsWith('Arrow')) return false;
      return [...e.key].length === 1 || AP_INPUT.KEYS[e.key] !== undefined;
    },
    key(e, down) {
      AP_INPUT.modifiers(e);
      if (!down) {
        // What went down comes up, also if AltGr or Shift came up before it.
        const code = AP_INPUT.down[e.code] ?? AP_INPUT.keyCode(e);
        delete AP_INPUT.down[e.code];
        if (code) _ap_web_key(code, 0);
        return;
      }
      if (!AP_INPUT.isOurs(e)) return;
      const code = AP_INPUT.keyCode(e);
      if (e.code) AP_INPUT.down[e.code] = code;
      const modifier =
        e.key === 'Control' || e.key === 'Shift' || e.key === 'Alt' || e.key === 'Meta';
      if (e.key !== 'Escape' && !modifier) e.preventDefault();
      if (code) _ap_web_key(code, 1);
      if ([...e.key].length === 1 && (AP_INPUT.isTyped(e) || (!e.ctrlKey && !e.metaKey))) {
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
  },
});
