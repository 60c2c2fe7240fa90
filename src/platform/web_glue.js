// The JavaScript between the page and web.cpp, as Emscripten libraries (--js-library): here frames, the
// canvas's size and what the page tells and is told; web_input.js, web_field.js and web_bytes.js have the rest.
// Nothing here is evaluated from strings. C calls ap_glue_*; the page calls C through _ap_web_*. Strings given
// to C are freed by C.
addToLibrary({
  $AP__deps: ['$AP_INPUT', '$AP_FIELD', '$stringToNewUTF8', '$UTF8ToString', 'malloc', 'free'],
  $AP: {
    canvas: null,
    scheduled: 0,
    size: '', // as last told to C
    marked: false, // the first frame is in the page's timeline
    awaited: 0, // frames asked for within SOON seconds from now
    SOON: 0.2,
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

    // ---- size, density
    measure(entry) {
      const canvas = AP.canvas;
      const box = canvas.getBoundingClientRect();
      let { width, height } = Module['pixelsOf'](canvas);
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

    // ---- start
    listen() {
      const canvas = AP.canvas;
      const on = (target, type, listener, options) =>
        target.addEventListener(type, listener, options);
      on(canvas, 'pointerdown', AP_INPUT.pointerDown);
      on(canvas, 'pointermove', AP_INPUT.pointerMove);
      on(canvas, 'pointerup', AP_INPUT.pointerUp);
      on(canvas, 'pointerleave', AP_INPUT.pointerLeave);
      on(canvas, 'pointercancel', (e) => e.pointerType === 'touch' && AP_INPUT.touchUp(e, true));
      on(canvas, 'mousedown', (e) => {
        // the field that this click opened keeps the focus
        if (AP_FIELD.field || e.button === 1) e.preventDefault();
      });
      on(
        canvas,
        'touchstart',
        (e) => {
          if (e.touches.length > 1 || AP_INPUT.engaged()) e.preventDefault();
        },
        { passive: false },
      );
      on(
        canvas,
        'touchmove',
        (e) => {
          if (e.cancelable && (e.touches.length > 1 || AP_INPUT.engaged())) e.preventDefault();
        },
        { passive: false },
      );
      on(canvas, 'contextmenu', (e) => e.preventDefault());
      on(canvas, 'wheel', AP_INPUT.wheel, { passive: false });
      on(canvas, 'keydown', (e) => AP_INPUT.key(e, true));
      on(canvas, 'keyup', (e) => AP_INPUT.key(e, false));
      on(canvas, 'focus', () => {
        AP_INPUT.touchAction();
        _ap_web_focus(1);
      });
      on(canvas, 'blur', () => {
        AP_INPUT.touchAction();
        _ap_web_focus(0);
      });
      on(window, 'blur', () => _ap_web_focus(0));
      on(document, 'copy', (e) => AP_INPUT.copy(e, 0));
      on(document, 'cut', (e) => AP_INPUT.copy(e, 1));
      on(document, 'paste', AP_INPUT.paste);
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
      AP.watchSize();
      AP_INPUT.touchAction();
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
  },

  ap_glue_start__deps: ['$AP'],
  ap_glue_start: (withCanvas) => {
    if (!AP.listening) AP.listenWithoutCanvas();
    AP.listening = true;
    if (!withCanvas) return;
    AP.canvas = Module['canvas'];
    AP_INPUT.pointers = new Map();
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
    AP_INPUT.keepTab = !!keep;
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
});
