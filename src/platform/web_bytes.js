// Bytes from outside and to it: the clipboard, files, storage, what is fetched, the faces of the wasm and labels
// that the browser draws. What is given to C, C frees.
addToLibrary({
  $AP_BYTES__deps: ['$AP'],
  $AP_BYTES: {
    MAX_BYTES: 1 << 28,
    paper: null, // what labels are drawn on
    // Into wasm memory; 0: too large.
    give(buffer) {
      const bytes = new Uint8Array(buffer);
      if (bytes.length > AP_BYTES.MAX_BYTES) return 0;
      const pointer = _malloc(bytes.length || 1);
      if (pointer) HEAPU8.set(bytes, pointer);
      return pointer;
    },
    readFile(file, token) {
      if (file.size > AP_BYTES.MAX_BYTES)
        return _ap_web_file(token, stringToNewUTF8(file.name), 0, 0);
      file.arrayBuffer().then(
        (buffer) => {
          _ap_web_file(token, stringToNewUTF8(file.name), AP_BYTES.give(buffer), buffer.byteLength);
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
  },

  ap_glue_write_clipboard__deps: ['$UTF8ToString'],
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
  ap_glue_open_file__deps: ['$AP_BYTES'],
  ap_glue_open_file: (accept, token) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = UTF8ToString(accept);
    input.addEventListener(
      'change',
      () => input.files[0] && AP_BYTES.readFile(input.files[0], token),
    );
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
  ap_glue_load__deps: ['$AP_BYTES'],
  ap_glue_load: (key) => {
    try {
      const value = AP_BYTES.storage()?.getItem(UTF8ToString(key));
      return typeof value === 'string' ? stringToNewUTF8(value) : 0;
    } catch {
      return 0;
    }
  },
  ap_glue_store__deps: ['$AP_BYTES'],
  ap_glue_store: (key, value) => {
    try {
      AP_BYTES.storage()?.setItem(UTF8ToString(key), UTF8ToString(value));
    } catch {
      // full or forbidden: nothing is kept
    }
  },
  ap_glue_fetch__deps: ['$AP_BYTES'],
  ap_glue_fetch: (name, token) => {
    const path = UTF8ToString(name);
    const url = Module['assetUrl'] ? Module['assetUrl'](path) : path;
    fetch(url)
      .then((response) => {
        if (!response.ok) throw new Error(String(response.status));
        return response.arrayBuffer();
      })
      .then(
        (buffer) => _ap_web_fetched(token, AP_BYTES.give(buffer), buffer.byteLength),
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
  // out: width, height, left, baseline, advance as five floats. Returns RGBA that C frees, or 0.
  ap_glue_label__deps: ['$AP_BYTES', '$AP_FIELD'],
  ap_glue_label: (text, size, face, black, out) => {
    const string = UTF8ToString(text);
    AP_BYTES.paper =
      AP_BYTES.paper ||
      document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const context = AP_BYTES.paper;
    context.font = AP_FIELD.face(face, size);
    const metrics = context.measureText(string);
    const left = Math.ceil(Math.max(0, metrics.actualBoundingBoxLeft)) + 1;
    const up = Math.ceil(Math.max(size * 0.9, metrics.actualBoundingBoxAscent)) + 1;
    const width = left + Math.ceil(Math.max(metrics.width, metrics.actualBoundingBoxRight)) + 1;
    const height = up + Math.ceil(Math.max(size * 0.3, metrics.actualBoundingBoxDescent)) + 1;
    if (width > 4096 || height > 1024) return 0;
    context.canvas.width = width;
    context.canvas.height = height;
    context.font = AP_FIELD.face(face, size);
    context.fillStyle = black ? '#000' : '#fff';
    context.fillText(string, left, up);
    const rgba = context.getImageData(0, 0, width, height).data;
    const pointer = _malloc(rgba.length);
    if (!pointer) return 0;
    HEAPU8.set(rgba, pointer);
    HEAPF32.set([width, height, left, up, metrics.width], out >> 2);
    return pointer;
  },
});
